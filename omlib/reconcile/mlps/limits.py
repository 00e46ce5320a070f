"""What the checks of hosts hold a host to. The role `baseline` sets the same, and docs print them.

That a level-3 system must hold them is the scheme's; the numbers are those that assessors commonly
take (the standard names none).
"""

PASSWORD_LENGTH = 8
PASSWORD_CLASSES = 3
PASSWORD_MAX_DAYS = 90
LOGIN_TRIES = 5
LOGIN_LOCKED_S = 300
IDLE_EXIT_S = 600
AUDITED = ("identity", "modules", "privilege", "time")
CLOCK_OFFSET_US = 1_000_000
LOG_ARRIVED_H = 24
UPDATE_DAYS = 30
CERTIFICATE_DAYS = 30
OLD_TLS = ("SSLv3", "TLSv1", "TLSv1.1")
# accounts that come with a system or its image; `root` is for row 6
DEFAULT_ACCOUNTS = (
    *("admin", "administrator", "centos", "debian", "ec2-user", "ftp", "games", "guest", "kylin"),
    *("openeuler", "oracle", "postgres", "test", "ubuntu", "uos", "user"),
)
# the first path that fits: at most this mode
FILE_MODES = (
    ("/etc/passwd", 0o644),
    ("/etc/group", 0o644),
    ("/etc/shadow", 0o640),
    ("/etc/gshadow", 0o640),
    ("/etc/sudoers", 0o440),
    ("/etc/ssh/sshd_config", 0o644),
    ("/etc/crontab", 0o644),
    ("/boot/grub/grub.cfg", 0o644),
    ("/boot/grub2/grub.cfg", 0o644),
)
KEY_MODE = 0o640
# groups that may read what root keeps: each is its system's own for just that file
KEY_GROUPS = ("root", "shadow", "ssh_keys", "ssl-cert")
PLAIN_PORTS = {"21": "ftp", "23": "telnet", "512": "rexec", "513": "rlogin", "514": "rsh"}
MANAGEMENT_PORTS = {
    "161": "snmp",
    "3389": "rdp",
    "5900": "vnc",
    "9090": "cockpit",
    "10000": "webmin",
}
