"""Every setting that an administrator can give, read from the environment in this one place."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xuezheng.catalogue.loader import Words
from xuezheng.kernel.refusal import InvalidRequest


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: what it is when nobody sets it, and what it means. Secret ones are never shown."""

    name: str
    default: str
    meaning: Words
    is_secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "XUEZHENG_DATA", "data",
        Words(zh="数据文件夹：快照、证据、备份；内置数据库也在这里", en="The data folder: snapshots, evidence, backups, and the embedded database"),
    ),
    Setting(
        "DATABASE_URL", "",
        Words(zh="数据库地址，如 postgres://user:password@host/name；不设则用数据文件夹里的 SQLite", en="The database, such as postgres://user:password@host/name; SQLite in the data folder where it is not set"),
        is_secret=True,
    ),
    Setting(
        "XUEZHENG_SECRET_KEY", "",
        Words(zh="签名密钥；不设则首次启动时生成，存于数据文件夹，仅本用户可读", en="The signing key; made at the first start and kept in the data folder, readable by its owner only, where it is not set"),
        is_secret=True,
    ),
    Setting(
        "XUEZHENG_HOSTS", "localhost,127.0.0.1,[::1]",
        Words(zh="对外的域名，逗号分隔", en="The host names that it answers to, separated by commas"),
    ),
    Setting(
        "XUEZHENG_HTTPS", "no",
        Words(zh="是否经 HTTPS 访问（反向代理之后）：yes 时 Cookie 只走 HTTPS，并发送 HSTS", en="Whether it is reached by HTTPS (behind a reverse proxy): with yes, cookies travel by HTTPS only and HSTS is sent"),
    ),
    Setting(
        "XUEZHENG_PROXIES", "0",
        Words(zh="前面有几层反向代理（0 到 3）：据此从 X-Forwarded-For 取访问者的地址，用于登录锁定", en="How many reverse proxies stand before it (0 to 3): the visitor's address is then taken from X-Forwarded-For, for the lock-out"),
    ),
    Setting(
        "XUEZHENG_LANGUAGE", "zh",
        Words(zh="未选择语言时的界面语言，也是命令行的语言：zh 或 en", en="The interface's language for those who have not chosen one, and the language of the commands: zh or en"),
    ),
    Setting(
        "XUEZHENG_LOG_LEVEL", "info",
        Words(zh="日志的详细程度：debug、info、warning 或 error", en="How much is logged: debug, info, warning or error"),
    ),
    Setting(
        "XUEZHENG_LOG_ADDRESSES", "no",
        Words(zh="请求日志是否记录访问者的网络地址：yes 或 no", en="Whether the log line of a request names the network address that it came from: yes or no"),
    ),
    Setting(
        "XUEZHENG_BACKUPS", "",
        Words(zh="每日备份写入的文件夹（最好在另一块盘或另一台机器上）；不设则不自动备份", en="The folder into which a backup is written every day, best on another disk or machine; none is written where it is not set"),
    ),
    Setting(
        "XUEZHENG_BACKUPS_KEPT", "14",
        Words(zh="保留多少份每日备份", en="How many of the daily backups are kept"),
    ),
    Setting(
        "XUEZHENG_ADDRESS", "",
        Words(zh="别人从浏览器打开本系统的地址，如 https://edu.example.gov.cn；写在邮件和群消息里。不设则只写“请登录系统查看”", en="The address at which people open this installation, such as https://edu.example.gov.cn: written into mail and messages to chat groups. Where it is not set they say only that one should sign in"),
    ),
    Setting(
        "XUEZHENG_MAIL_HOST", "",
        Words(zh="发信服务器（SMTP）；不设则不发任何邮件", en="The mail server (SMTP); no mail is sent where it is not set"),
    ),
    Setting(
        "XUEZHENG_MAIL_PORT", "587",
        Words(zh="发信服务器的端口", en="The mail server's port"),
    ),
    Setting(
        "XUEZHENG_MAIL_TLS", "starttls",
        Words(zh="与发信服务器的加密方式：starttls（通常 587）、ssl（通常 465）或 no（只用于本机转发）", en="How the connection to the mail server is encrypted: starttls (usually 587), ssl (usually 465), or no (for a relay on this machine only)"),
    ),
    Setting(
        "XUEZHENG_MAIL_USER", "",
        Words(zh="发信服务器的用户名；不设则不登录", en="The user at the mail server; nobody signs in there where it is not set"),
    ),
    Setting(
        "XUEZHENG_MAIL_PASSWORD", "",
        Words(zh="发信服务器的密码或授权码", en="The password at the mail server"),
        is_secret=True,
    ),
    Setting(
        "XUEZHENG_MAIL_FROM", "",
        Words(zh="发件人地址，如 学政 <no-reply@edu.example.gov.cn>；设了发信服务器就必须设", en="The sender's address, such as Xuezheng <no-reply@edu.example.gov.cn>; needed where a mail server is set"),
    ),
    Setting(
        "XUEZHENG_OUTGOING_HOSTS", "",
        Words(zh="聊天群机器人可以访问的主机，逗号分隔，如 qyapi.weixin.qq.com,oapi.dingtalk.com,open.feishu.cn；不设则从不对外访问。内网主机写成 private:im.example.gov.cn:8443；本机试用可写 http://127.0.0.1:8123", en="The hosts that chat robots may call, separated by commas, such as qyapi.weixin.qq.com,oapi.dingtalk.com,open.feishu.cn; nothing is ever called where it is not set. A host inside the office's network is written private:im.example.gov.cn:8443; for a trial on this machine http://127.0.0.1:8123"),
    ),
    Setting(
        "XUEZHENG_OUTGOING_CERTIFICATES", "",
        Words(zh="核对机器人主机证书所用的根证书文件（PEM），内网自建证书时才需要", en="A file of root certificates (PEM) by which the robots' hosts are checked: needed only for an authority of the office's own"),
    ),
    Setting(
        "XUEZHENG_SECOND_FACTOR", "",
        Words(zh="哪些职务登录时必须使用第二重验证，写职务代号，逗号分隔，如 administrator,office,auditor", en="The roles that need a second factor to sign in, by their names in the catalogue, such as administrator,office,auditor"),
    ),
    Setting(
        "XUEZHENG_OIDC_NAME", "政务统一身份认证",
        Words(zh="登录页上政务身份认证按钮的名称", en="What the sign-in page calls the government identity service"),
    ),
    Setting(
        "XUEZHENG_OIDC_ISSUER", "",
        Words(zh="OpenID Connect 身份服务的 issuer；不设则不启用身份服务登录", en="The issuer of the OpenID Connect identity service; nobody signs in by one where it is not set"),
    ),
    Setting(
        "XUEZHENG_OIDC_CLIENT_ID", "",
        Words(zh="在身份服务登记的客户端标识", en="The client id registered with the identity service"),
    ),
    Setting(
        "XUEZHENG_OIDC_CLIENT_SECRET", "",
        Words(zh="在身份服务登记的客户端密钥", en="The client secret registered with the identity service"),
        is_secret=True,
    ),
    Setting(
        "XUEZHENG_OIDC_AUTHORIZE_URL", "",
        Words(zh="身份服务的授权地址（浏览器前往）", en="The identity service's authorization address, to which the browser goes"),
    ),
    Setting(
        "XUEZHENG_OIDC_TOKEN_URL", "",
        Words(zh="身份服务的令牌地址（服务器访问）", en="The identity service's token address, which the server calls"),
    ),
    Setting(
        "XUEZHENG_OIDC_KEYS_URL", "",
        Words(zh="身份服务的公钥（JWKS）地址（服务器访问）", en="The address of the identity service's public keys (JWKS), which the server calls"),
    ),
    Setting(
        "XUEZHENG_OIDC_ALGORITHM", "RS256",
        Words(zh="身份服务的签名算法", en="The identity service's signature algorithm"),
    ),
)  # fmt: skip


class Configuration:
    """The settings as given; everything not given is its default. Raises `InvalidRequest` for a value of the wrong form."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._given = os.environ if environment is None else environment

    def text(self, name: str) -> str:
        """Return a setting's value or default."""
        setting = next(setting for setting in SETTINGS if setting.name == name)
        return self._given.get(name, "") or setting.default

    def is_yes(self, name: str) -> bool:
        """Return whether a yes-or-no setting is yes."""
        value = self.text(name).strip().lower()
        if value not in ("yes", "no"):
            raise InvalidRequest("setting_yes_or_no", name=name, found=value)
        return value == "yes"

    def chosen(self, name: str, among: tuple[str, ...]) -> str:
        """Return a setting that is one of a few words."""
        value = self.text(name).strip().lower()
        if value not in among:
            raise InvalidRequest("setting_not_among", name=name, found=value, expected=list(among))
        return value

    def number(self, name: str) -> int:
        """Return a setting that is a whole number from 1 on."""
        value = self.text(name).strip()
        if not value.isascii() or not value.isdigit() or int(value) < 1:
            raise InvalidRequest("setting_number", name=name, found=value)
        return int(value)

    def listed(self, name: str) -> list[str]:
        """Return a setting of several values."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def roles(self, name: str) -> list[str]:
        """Return a setting that lists roles; raises `InvalidRequest` for one that is none: it would protect nobody."""
        listed = self.listed(name)
        if listed:
            from xuezheng.catalogue.roles import load_roles

            for found in listed:
                if found not in load_roles().roles:
                    raise InvalidRequest("setting_role_unknown", name=name, found=found)
        return listed

    @property
    def data_folder(self) -> Path:
        """Return the data folder's absolute path; it need not exist yet."""
        return Path(self.text("XUEZHENG_DATA")).expanduser().resolve()

    def secret_key(self) -> str:
        """Return the signing key, made and kept in the data folder where none is set."""
        given = self.text("XUEZHENG_SECRET_KEY")
        if given:
            return given
        path = self.data_folder / "secret-key"
        if not path.exists():
            path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            draft = path.with_name(f"secret-key.{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48), encoding="utf-8")
            try:
                path.hardlink_to(draft)  # whoever comes second keeps what the first one made
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text(encoding="utf-8").strip()
