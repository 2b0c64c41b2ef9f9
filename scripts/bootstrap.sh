# Sourced by the scripts in this folder: makes .venv match the lock file, and the GL libraries present.
# Sets $root and $venv. POSIX sh. A second start only compares one stamp file.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
venv=${SIMGEN_VENV:-$root/.venv}

say() { printf 'simgen: %s\n' "$*" >&2; }
die() { printf 'simgen: %s\n' "$*" >&2; exit 1; }

# bootstrap LOCK EXTRA: install what LOCK (a file in the repository root) lists; EXTRA names the stamp.
bootstrap() {
    lock=$root/$1
    stamp=$venv/.simgen-$2
    wanted=$(cksum "$lock" "$root/pyproject.toml" | cksum)
    if [ -x "$venv/bin/python" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
        return 0
    fi
    make_venv
    install_locked
    require_gl
    require_llvm
    printf '%s\n' "$wanted" > "$stamp"
    say "ready"
}

make_venv() {
    if [ -x "$venv/bin/python" ] && python_fits "$venv/bin/python" && can_install; then
        return 0
    fi
    python=$(find_python) || die "needs Python 3.11, 3.12 or 3.13; found: $(python3 --version 2>&1 || echo none). \
Install one (Debian/Ubuntu: apt-get install python3 python3-venv) or set SIMGEN_PYTHON=/path/to/python."
    say "making a virtual environment with $("$python" --version 2>&1) in $venv"
    rm -rf "$venv"
    if command -v uv >/dev/null 2>&1; then
        uv venv --quiet --python "$python" "$venv" || die "uv could not make $venv"
        return 0
    fi
    "$python" -c 'import ensurepip' 2>/dev/null || apt_install python3-venv \
        || die "this Python has no 'venv' module; install it: apt-get install python3-venv"
    "$python" -m venv "$venv" || die "could not make $venv with $python -m venv"
}

# A virtual environment that uv made has no pip of its own.
can_install() {
    command -v uv >/dev/null 2>&1 || "$venv/bin/python" -m pip --version >/dev/null 2>&1
}

find_python() {
    for candidate in ${SIMGEN_PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
        if command -v "$candidate" >/dev/null 2>&1 && python_fits "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

python_fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

install_locked() {
    say "installing the locked dependencies (once; about 450 MB)"
    if command -v uv >/dev/null 2>&1; then
        uv pip install --quiet --python "$venv/bin/python" --require-hashes -r "$lock" \
            && uv pip install --quiet --python "$venv/bin/python" --no-deps -e "$root" || no_network
        return 0
    fi
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" \
        && "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -e "$root" || no_network
}

no_network() {
    die "the dependencies could not be installed (see above). Check the network or proxy \
(the Python package index must be reachable), then run the same command again; nothing is lost."
}

# The raster renderer needs EGL and a GL driver; Mesa's software driver is enough.
require_gl() {
    gl_packages="libegl1 libgl1 libgl1-mesa-dri"
    "$venv/bin/python" - <<'PY' 2>/dev/null && return 0
import ctypes
ctypes.CDLL("libEGL.so.1"), ctypes.CDLL("libGL.so.1")
import moderngl
moderngl.create_context(standalone=True, backend="egl").release()
PY
    say "installing the GL libraries: $gl_packages"
    # shellcheck disable=SC2086
    apt_install $gl_packages && return 0
    say "no GL context can be made here yet. As an administrator run: apt-get install $gl_packages"
}

# The path tracer is several times as fast where it finds an LLVM that works; it does without as well.
require_llvm() {
    "$venv/bin/python" -c 'import sys
from simgen.rendering.pathtrace.variant import best_variant
sys.exit(best_variant().name == "scalar_rgb")' 2>/dev/null && return 0
    say "installing LLVM, which makes the path tracer several times as fast"
    for release in 19 20 18 17; do
        apt_install "libllvm$release" && return 0
    done
    say "the path tracer works, but will be several times slower than it could be. \
As an administrator run: apt-get install libllvm19"
}

# apt_install PACKAGE...: only as root or with a password-less sudo; fails quietly otherwise.
apt_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; else return 1; fi
    $as_root apt-get update -qq >/dev/null 2>&1 || true
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1
}
