"""What is sent to a host without a Python: a program of POSIX sh, on its standard input.

It prints raw text in frames of base64, by whatever makes base64 there, and understands nothing of
it: `omlib.planes.server.shell_answer` reads it on this side. What is declared stands in the program
itself, quoted, so in no argument list of the shell.
"""

from collections.abc import Iterator, Mapping
from shlex import quote

from omlib.log import Secret
from omlib.model.item import Attributes
from omlib.planes.server.become import as_root
from omlib.planes.server.declared import Wanted
from omlib.planes.server.host.disk import HASH_LIMIT_BYTES
from omlib.planes.server.host.units import qualified
from omlib.planes.server.question import password_line

PROPERTIES = "Id,Names,LoadState,ActiveState,SubState,UnitFileState,FragmentPath"
_FIND = 't="sh -c :"; set -- sh -s;'

_BEGIN = r"""
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C; export PATH LC_ALL; umask 077; set -f
for e in base64 'busybox base64' 'openssl base64'; do
  [ "$(printf omlib | $e 2>/dev/null)" = b21saWI= ] && break; e=
done
t=; timeout 5 true 2>/dev/null && t='timeout LIMIT'
frame() { echo; echo "NONCE $1 ${#2} $2"; }
tell() {
  n=$1; shift
  frame "$n" "$({ "$@" </dev/null 2>/dev/null; printf '\n%s' "$?"; } | $e | tr -d '\n')"
}
[ "$e" ] || { printf '\nNONCE end\n'; exit; }
tell host id -u
"""
_PACKAGES = r"""
packages() {
  if [ -e /var/lib/dpkg/status ]; then
    echo dpkg
    $t dpkg-query -W -f='${Package}\t${Architecture}\t${Version}\t${db:Status-Abbrev}\n'
  else
    uname -m
    $t rpm -qa --qf '%{NAME}\t%{EPOCH}\t%{VERSION}-%{RELEASE}\t%{ARCH}\n'
  fi
}
tell packages packages
"""
_SERVICES = r"""
services() {
  [ -d /run/systemd/system ] && echo booted || echo not
  $t systemctl --no-pager show -p PROPERTIES -- "$@"
}
"""
_ALL_SERVICES = r"""
set +f
for l in /etc/systemd/system/*.[rw]*s/*.service; do
  if [ -e "$l" ] || [ -L "$l" ]; then set -- "$@" "${l##*/}"; fi
done
set -f
set -- "$@" '*.service'
"""
# a digest of a password stays on the host: h stands for it
_ACCOUNTS = r"""
tell nsswitch cat /etc/nsswitch.conf
tell passwd sed -e 's/^\([^:]*\):\([x*!]*\):/\1:\2:/;t' -e 's/^\([^:]*\):[^:]*:/\1:h:/' /etc/passwd
tell group sed -e 's/^\([^:]*\):[^:]*:/\1:x:/' /etc/group
[ -e /etc/shadow ] && tell shadow sed -e 's/^\([^:]*\):[!*].*/\1:!:/;t' -e 's/:.*/::/' /etc/shadow
"""
_LISTENERS = r"""
tell machine uname -m
for x in tcp udp; do
  [ -e /proc/net/$x ] && tell $x cat /proc/net/$x
  [ -e /proc/net/${x}6 ] && tell ${x}_six cat /proc/net/${x}6
done
"""
# a line per file: its number and `there` with what stat(1), sha256sum(1) and readlink(1) tell of it
_FILES = r"""
l='%f %u %U %g %G %s %Y'
i=stat; command -v stat >/dev/null || i='busybox stat'
for q in sha256sum 'busybox sha256sum' 'openssl dgst -sha256 -r'; do
  $q </dev/null >/dev/null 2>&1 && break; q=
done
file() {
  f=-L; [ "$4" ] && f=
  s=$($t $i $f -c "$l" "$2" 2>&1) || s=$($t $i -c "$l" "$2" 2>&1) || {
    case $s in
      *'No such file'* | *'Not a directory'* | *'too long'*) echo "$1 absent" ;;
      *'ermission denied'*) echo "$1 denied" ;;
      *) echo "$1 error" ;;
    esac
    return
  }
  h=-
  if [ "$3" ]; then
    h=none
    if [ -f "$2" ] && ! { [ "$4" ] && [ -L "$2" ]; }; then
      z=${s% *}
      if [ -z "$q" ]; then h=unsupported
      elif [ "${z##* }" -gt LARGEST ]; then h=incomplete
      else
        h=$($t $q 2>/dev/null <"$2"); c=$?; h=${h%% *}
        case $c in 0) ;; 124 | 137 | 143) h=incomplete ;; *) h=denied ;; esac
        [ "$($t $i $f -c "$l" "$2" 2>&1)" = "$s" ] || h=in_transition
      fi
    fi
  fi
  r=-; if [ "$4" ] && [ -L "$2" ]; then r=$(readlink "$2" | $e | tr -d '\n'); fi
  echo "$1 there $s $h $r"
}
"""


def shell_command(*, sudo_asks: bool) -> str:
    return as_root(_FIND, sudo_asks=sudo_asks)


def shell_input(
    wanted: Wanted,
    full: frozenset[str],
    *,
    nonce: str,
    limit_s: int,
    sudo_password: Secret | None = None,
) -> bytes:
    """*limit_s* is for each command that the program runs, where the host has timeout(1)."""
    begin = _BEGIN.replace("NONCE", nonce).replace("LIMIT", str(limit_s))
    parts = [begin]
    if {"user", "group"} & wanted.keys():
        parts.append(_ACCOUNTS)
    if "listener" in wanted:
        parts.append(_LISTENERS)
    if "service" in wanted:
        parts += _services(wanted["service"], full="service" in full)
    if "package" in wanted:
        parts.append(_PACKAGES)
    if "file" in wanted:
        parts += _files(wanted["file"])
    parts.append(f"printf '\\n{nonce} end\\n'\n")
    return password_line(sudo_password) + "".join(parts).encode("utf-8")


def _services(items: Mapping[str, Attributes], *, full: bool) -> Iterator[str]:
    yield _SERVICES.replace("PROPERTIES", PROPERTIES)
    yield " ".join(["set --", *(quote(qualified(name, ".service")) for name in sorted(items))])
    yield _ALL_SERVICES if full else "\n"
    yield 'tell services services "$@"\n'


def _files(items: Mapping[str, Attributes]) -> Iterator[str]:
    yield _FILES.replace("LARGEST", str(HASH_LIMIT_BYTES)) + "files() {\n:\n"
    for number, (path, told) in enumerate(sorted(items.items())):
        sha256, target = (quote("1" if name in told else "") for name in ("sha256", "target"))
        yield f"file {number} {quote(path)} {sha256} {target}\n"
    yield "}\ntell files files\n"
