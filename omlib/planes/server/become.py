"""The one line of shell that runs a program as root where it may, else as who logs in.

It is of POSIX sh without `!`, so that csh as a login shell hands it on. A password for sudo is the
first line of standard input; the shell takes it, whether it is needed or not, and hands it to sudo
alone: it is in no argument list and no environment, and what the program reads (which sudo may
keep, log_stdin of sudoers(5)) begins after it.
"""

from shlex import quote

# without a builtin printf it would stand in an argument list, so then it is not used
_TAKE = "unset w; IFS= read -r w; [ x$(command -v printf) = xprintf ] || w=;"
_GO = 'if [ "$(id -u)" = 0 ]; then exec "$@"; else sudo -n "$@" || exec "$@"; fi'
# -k: sudo asks each time, whatever it remembers, so that it and nobody else reads the password.
# Tried first on nothing, its standard input ending there: a wrong one counts as one failed try
_GO_WHERE_IT_ASKS = (
    'if [ "$(id -u)" = 0 ]; then exec "$@";'
    ' elif sudo -n $t </dev/null 2>/dev/null; then exec sudo -n "$@";'
    " elif [ \"$w\" ] && printf '%s\\n' \"$w\" | sudo -k -S -p '' $t; then"
    " { printf '%s\\n' \"$w\"; unset w; exec cat; } | sudo -k -S -p '' \"$@\";"
    ' else unset w; exec "$@"; fi'
)


def as_root(find: str, *arguments: str, sudo_asks: bool) -> str:
    """A command line. *find* sets "$@" to the program from *arguments*, "$1" ..., or leaves.

    It also sets `t` to words that run the program and do nothing. *sudo_asks*: a password is on
    standard input.
    """
    take, go = (_TAKE, _GO_WHERE_IT_ASKS) if sudo_asks else ("", _GO)
    return (
        f"sh -c {quote(f'{take} {find} {go}'.strip())} sh {' '.join(map(quote, arguments))}".strip()
    )
