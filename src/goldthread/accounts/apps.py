from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "goldthread.accounts"

    def ready(self) -> None:
        from goldthread.accounts import oidc, signals
        from goldthread.accounts.roles import acting, on_call, roles

        roles()
        acting()
        on_call()
        if oidc.on():
            oidc.groups()
        signals.connect()
