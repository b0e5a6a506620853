#!/usr/bin/env bash
# Installs what the tests need, builds everything, runs every test.
# Arguments go to the test runner (for example --filter-class "*SupervisorTests").
# The last line is "N passed, N failed, N skipped", from the runner's own report. Fails when a test failed or none ran.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off
configuration=Debug

# Code that is compiled as it runs is written once, not by a second mapping of its memory: a fifth of what a test that starts a host takes.
export DOTNET_EnableWriteXorExecute=0
# The tools' code is compiled once and well: analyzers that are first compiled quickly, then measured, then compiled again take twice the time.
export DOTNET_TieredCompilation=0

# A test that waits for ever ends here, and the others' results are kept.
limit=70m

say() { printf '\n== %s\n' "$*"; }

# The browser without its window, for half the processor time.
shell=chromium-headless-shell

find_browser() {
    local name
    for name in "$shell" chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null; then
            command -v "$name"
            return
        fi
    done
}

# Debian's. The first attempt of apt can fail while it replaces its own dependencies; the second finishes it.
install_browser() {
    local attempt
    for attempt in 1 2 3; do
        if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$shell" </dev/null; then
            return 0
        fi
        echo "apt-get failed (attempt $attempt of 3)"
        sleep 3
    done
    return 1
}

if [[ -z "${IMAGESERVICE_BROWSER:-}" ]]; then
    if ! command -v "$shell" >/dev/null && [[ "$(id -u)" == 0 ]] && command -v apt-get >/dev/null; then
        say "Installing Chromium for the browser tests"
        install_browser || true
    fi
    IMAGESERVICE_BROWSER="$(find_browser)"
fi

# Spaces, line ends and last lines by .editorconfig; styles are warnings of the build. By folder: opening the solution takes minutes.
unformatted=
if (($# == 0)); then
    say "Asking for the format"
    if ! dotnet format whitespace . --folder --verify-no-changes --exclude '**/obj/' '**/bin/' '**/node_modules/'; then
        unformatted="The format is not that of .editorconfig (places above); dotnet format whitespace . --folder mends it."
        echo "$unformatted" >&2
    fi
fi

say "Restoring and building"
dotnet restore ImageService.sln
# Optimized, as it is shipped. A run of everything asks every analyzer about every file, also those that an earlier build without analyzers compiled.
analyzers=()
if (($# == 0)); then
    analyzers=(-p:RunAnalyzers=true --no-incremental)
fi
dotnet build ImageService.sln --no-restore --configuration "$configuration" -p:Optimize=true "${analyzers[@]}"

output="$PWD/Tests/bin/$configuration/net10.0"
if [[ -z "$IMAGESERVICE_BROWSER" ]]; then
    say "Installing Playwright's own Chromium for the browser tests"
    node="$(echo "$output"/.playwright/node/*/node)"
    if ! "$node" "$output/.playwright/package/cli.js" install --only-shell chromium; then
        echo "There is no browser for the browser tests: install Chromium (Debian: apt-get install chromium) or set IMAGESERVICE_BROWSER to one." >&2
    fi
else
    export IMAGESERVICE_BROWSER
fi

say "Testing"
# Programs that tests start live for seconds: they are compiled quickly, and measuring their code for a better compilation costs more than it brings.
# What is called a thousand times is compiled well, not what is called thirty times.
unset DOTNET_TieredCompilation
export DOTNET_TieredPGO=0 DOTNET_TC_CallCountThreshold=400
results="$PWD/TestResults"
rm -rf "$results"
code=0

# run PROJECT FOLDER ARGUMENTS...: its tests, and a report in the folder.
run() {
    dotnet test --project "$1" --no-build --configuration "$configuration" --results-directory "$2" \
        --timeout "$limit" --report-xunit-trx --report-xunit-trx-filename "${1//\//-}.trx" "${@:3}"
}
for project in Tests/Unit Tests; do
    # Exit code 8: no test of this project matches a filter that was given.
    status=0
    run "$project" "$results" "$@" || status=$?
    if ((status != 0 && !($# > 0 && status == 8))); then
        code=$status
    fi
done

# <Counters total="12" executed="11" passed="10" failed="1" error="0" ... notExecuted="1" ... />
counters="$(grep -ho '<Counters [^>]*>' "$results"/*.trx 2>/dev/null || true)"
counter() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters" | awk '{ sum += $1 } END { print sum + 0 }'; }
total="$(counter total)"
passed="$(counter passed)"
failed="$(counter failed)"

# named OUTCOME REPORTS...: the tests that ended so, as their report writes them.
named() { grep -ho "<UnitTestResult testName=\"[^\"]*\"[^>]* outcome=\"$1\"" "${@:2}" 2>/dev/null | cut -d'"' -f2 | sort -u || true; }

# On a busy machine a browser or a broker can take longer than any test waits. Of a run of everything, the few that failed run once more by themselves;
# what passes then is said at the end and counts as passed. What is broken fails again, and many failures are no accident.
again=5
unsteady=
if (($# == 0 && failed > 0 && failed <= again)); then
    say "Once more, alone: $failed failed"
    for project in Tests/Unit Tests; do
        report="${project//\//-}.trx"
        once="$(named Failed "$results/$report")"
        if [[ -z "$once" ]]; then
            continue
        fi
        filters=()
        while read -r method; do
            filters+=(--filter-method "$method")
        done < <(sed 's/(.*//' <<<"$once" | sort -u)
        run "$project" "$results/again" "${filters[@]}" || true
        unsteady+="$(comm -12 <(echo "$once") <(comm -13 <(named Failed "$results/again/$report") <(named Passed "$results/again/$report")))"$'\n'
    done
    unsteady="$(sed '/^$/d' <<<"$unsteady")"
    count="$(grep -c . <<<"$unsteady" || true)"
    passed=$((passed + count))
    failed=$((failed - count))
    # Exit code 2: a test failed.
    if ((failed == 0 && code == 2)); then
        code=0
    fi
fi

# What failed is said again at the end, each with the first lines of why: a log that is cut keeps its end.
if [[ -n "$unsteady" ]]; then
    say "Unsteady: failed among the others and passed alone"
    echo "$unsteady"
fi
if ((failed > 0)) || [[ -n "$unsteady" ]]; then
    say "Failed"
    awk -v RS='<UnitTestResult ' '/^[^>]*outcome="Failed"/ {
        name = $0; sub(/^testName="/, "", name); sub(/".*/, "", name)
        why = $0; sub(/.*<ErrorInfo>/, "", why); sub(/<\/ErrorInfo>.*/, "", why); gsub(/<[^>]*>/, "\n", why)
        gsub(/&lt;/, "<", why); gsub(/&gt;/, ">", why); gsub(/&quot;/, "\"", why); gsub(/&#x[AD];/, "", why); gsub(/&amp;/, "\\&", why)
        print name; print substr(why, 1, 2000)
    }' "$results"/*.trx
fi
if [[ -n "$unformatted" ]]; then
    echo "$unformatted" >&2
    code=1
fi
if ((total == 0)); then
    echo "No test ran." >&2
    code=1
elif ((failed > 0 && code == 0)); then
    code=1
fi
printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$((total - passed - failed))"
exit "$code"
