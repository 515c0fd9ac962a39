"""Every setting, once, typed; the defaults run the whole site offline."""

import secrets
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent

# Every module with tables, core before satellites: one application, one migration history.
MODEL_MODULES = [
    "market.kit.numbers",
    "market.kit.audit",
    "market.kit.outbox",
    "market.kit.files",
    "market.kit.mail",
    "market.kit.drafts",
    "market.kit.documents",
    "market.accounts.models",
    "market.reputation.models",
    "market.directory.models",
    "market.pools.models",
    "market.fairs.models",
    "market.tendering.models",
    "market.tendering.posting_models",
    "market.tendering.sealed_models",
    "market.complaints.models",
    "market.pilots.models",
    "market.training.models",
    "market.orders.models",
    "market.disputes.models",
    "market.orders.change_models",
    "market.orders.work_models",
    "market.datasets.models",
    "market.datasets.dataset_models",
    "market.imports.models",
    "market.prices.models",
    "market.bureau.models",
    "market.ocds.models",
    "market.rewards.models",
    "market.bulletins.models",
    "market.registration.models",
    "market.certification.models",
    "market.library.models",
    "market.selection.models",
    "market.reserve.models",
    "market.services.models",
    "market.risks.models",
    "market.incidents.models",
    "market.exchange.models",
    "market.webhooks.models",
    "market.calendar.models",
    "market.notifications.models",
    "billing.models",
    "billing.voucher_models",
    "search.alert_models",
    "search.query_models",
    "search.refusal_models",
    "search.dictionary_models",
    "billing.bank_models",
    "billing.deposit_models",
    "billing.labour_models",
    "billing.credit_notes",
]


class Settings(BaseSettings):
    """Read from the environment or `.env`; docs/deployment.md lists each with its meaning."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    environment: Literal["development", "production"] = "development"
    market_data_dir: Path = Path("var")
    database_url: str = ""
    search_url: str = ""
    search_key: SecretStr = SecretStr("")
    search_log_days: int = Field(default=180, ge=1)
    preferred_region: str = Field(default="", pattern=r"^(\d{6})?$")
    files_url: str = ""
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = "数据标注公共服务平台 <no-reply@market.example>"
    stripe_secret_key: SecretStr = SecretStr("")
    stripe_webhook_secret: SecretStr = SecretStr("")
    base_url: str = "http://127.0.0.1:8000"
    publisher: str = "数据标注公共服务平台"
    ocds_prefix: str = Field(default="ocds-000000", pattern=r"^ocds-[a-z0-9]{6}$")
    secret_key: SecretStr = SecretStr("")
    web_workers: int = 1
    rate_limit_storage: str = "memory://"
    rate_limits: bool = True
    worker_poll_seconds: float = 0.5
    custody_account_name: str = "数据标注公共服务平台（资金监管专户）"
    custody_bank_name: str = "示例银行营业部"
    custody_bank_account: str = "0000 0000 0000 0000 001"
    custody_sub_account_prefix: str = Field(default="", pattern=r"^\d{0,20}$")
    deposit_rates_file: Path | None = None
    webhooks_to_private: bool = False
    four_eyes_above_fen: int = Field(default=10_000_000, ge=0)

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.environment == "production" and len(self.secret_key.get_secret_value()) < 32:
            raise ValueError("SECRET_KEY: production needs a secret of at least 32 characters")
        if self.environment == "production" and not self.smtp_url.get_secret_value():
            raise ValueError(
                "SMTP_URL: production sends its mail instead of keeping it in the database"
            )
        if self.is_production and self.webhooks_to_private:
            raise ValueError(
                "WEBHOOKS_TO_PRIVATE: production sends webhooks to public addresses only"
            )
        if not self.secret_key.get_secret_value():
            self.secret_key = SecretStr(_local_secret(self.market_data_dir))
        return self

    @property
    def is_production(self) -> bool:
        """Whether development conveniences (mailbox page, component page) are switched off."""
        return self.environment == "production"

    @property
    def database(self) -> str:
        """The database URL in force: DATABASE_URL, or SQLite in the data directory."""
        return self.database_url or f"sqlite://{self.market_data_dir / 'market.sqlite3'}"


def _local_secret(data_dir: Path) -> str:
    """A random secret kept beside the data, so that a demo survives a restart without a known key."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / "secret_key"
    if not path.exists():
        fresh = path.with_name(f"secret_key.{secrets.token_hex(4)}")
        fresh.write_text(secrets.token_urlsafe(48))
        fresh.chmod(0o600)
        try:
            path.hardlink_to(fresh)  # first process wins; the others read what it wrote
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


settings = Settings()
