from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_programme_lead"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="staff",
            name="staff_role_known",
        ),
        migrations.AddConstraint(
            model_name="staff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "call_handler",
                            "contact_gateway",
                            "incident_system",
                            "integrator",
                            "dispatcher",
                            "officer",
                            "sergeant",
                            "contact_supervisor",
                            "fim",
                            "vast_officer",
                            "qa_assessor",
                            "qa_lead",
                            "investigator",
                            "investigation_supervisor",
                            "trainer",
                            "programme_lead",
                            "silver",
                            "gold",
                            "pcc",
                            "hmicfrs_liaison",
                            "auditor",
                        ],
                    )
                ),
                name="staff_role_known",
            ),
        ),
    ]
