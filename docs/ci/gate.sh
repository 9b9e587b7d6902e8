#!/bin/sh
# Compares a change with its base, and keeps the history of the main branch.
#
# usage: gate.sh change   compare the working tree with the commit where it left the main branch; writes
#                         $GATE_OUT/comparison.md and its picture
#        gate.sh main     measure the working tree, and append the run to the history; writes $GATE_OUT/page,
#                         $GATE_OUT/history.txt and the history file
#
# Run it in the directory of the package. It needs git, cargo and the tool `cargo bencher`, and no network but for what
# cargo downloads. `main` removes `$GATE_OUT/store` and makes it anew: keep nothing there.
#
# variable         default                                  meaning
# GATE_BENCH       (none: required)                         the benchmark, as in `cargo bench --bench NAME`
# GATE_BASE        origin/main                              the branch that changes go into
# GATE_PAIRS       40                                       the most pairs of processes
# GATE_TIME        1s                                       how long each process of `change` measures a sweep
# GATE_THRESHOLD   2%                                       effects of a point up to this count as the same
# GATE_PROFILE     (that of benchmarks)                     the profile of Cargo that builds the benchmark
# GATE_UNDECIDED   fail                                     `pass`: an undecided comparison is no failure
# GATE_EVENT       git                                      the label of the run; git: date and commit
# GATE_HISTORY     bencher-history                          the file of the history; it need not exist
# GATE_OUT         target/bencher-gate                      where results are written
# GATE_TOOL        cargo bencher                            the tool, as words between spaces
#
# exit status: 0 no regression, 3 a regression, 4 undecided (unless GATE_UNDECIDED=pass); 1, 2 or the status of git or
# cargo: a step failed
set -eu

bench=${GATE_BENCH:?name the benchmark in GATE_BENCH}
out=${GATE_OUT:-target/bencher-gate}
history=${GATE_HISTORY:-bencher-history}
tool=${GATE_TOOL:-cargo bencher}

change() {
    branch=${GATE_BASE:-origin/main}
    if ! git rev-parse --git-dir >/dev/null 2>&1; then
        echo "gate: this directory is in no git repository, so there is no base to compare with" >&2
        return 1
    fi
    if ! git rev-parse --verify --quiet "$branch^{commit}" >/dev/null; then
        echo "gate: there is no branch \`$branch\` here: fetch it (git fetch origin), or name the branch that" >&2
        echo "gate: changes go into in GATE_BASE, such as GATE_BASE=main where there is no remote" >&2
        return 1
    fi
    if ! base=$(git merge-base "$branch" HEAD); then
        echo "gate: HEAD and \`$branch\` have no commit in common here: a full clone has it (fetch-depth: 0, or" >&2
        echo "gate: git fetch --unshallow)" >&2
        return 1
    fi
    status=0
    # The words of the tool are to be split.
    # shellcheck disable=SC2086
    $tool ab --base "$base" --bench "$bench" ${GATE_PROFILE:+--profile "$GATE_PROFILE"} --pairs "${GATE_PAIRS:-40}" --time "${GATE_TIME:-1s}" \
        --threshold "${GATE_THRESHOLD:-2%}" --markdown-file "$out/comparison.md" || status=$?
    if [ "$status" -eq 4 ] && [ "${GATE_UNDECIDED:-fail}" = pass ]; then
        echo "gate: undecided, which passes here" >&2
        status=0
    fi
    return "$status"
}

# shellcheck disable=SC2086
main() {
    store=$out/store
    rm -rf "$store"
    if [ -f "$history" ]; then
        $tool history import "$history" --store "$store"
    fi
    cargo bench --bench "$bench" ${GATE_PROFILE:+--profile "$GATE_PROFILE"} -- --store "$store" --no-report
    $tool history add --event "${GATE_EVENT:-git}" --store "$store"
    $tool history list --store "$store" >"$out/history.txt"
    $tool history export "$history" --store "$store"
    $tool report --out "$out/page" --store "$store"
    cat "$out/history.txt"
}

mkdir -p "$out"
# A benchmark is started in the directory of its package, wherever this script is.
out=$(cd "$out" && pwd)
case ${1:-} in
change) change ;;
main) main ;;
*)
    echo "usage: gate.sh change|main" >&2
    exit 2
    ;;
esac
