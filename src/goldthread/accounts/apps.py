from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "goldthread.accounts"

    def ready(self) -> None:
        from goldthread.accounts import signals
        from goldthread.accounts.roles import acting, roles

        roles()
        acting()
        signals.connect()
