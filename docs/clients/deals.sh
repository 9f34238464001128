#!/usr/bin/env bash
# Finds and closes deals, and follows what happens: made to be copied.
# It needs curl, jq, and a token of the scopes read and close.
#
#   export CRM_API=https://crm.example/api/v1 CRM_TOKEN=…
#   ./deals.sh list 'view=my-open&rating=hot'
#   ./deals.sh close ID won '{"actual_revenue": "1200.00", "close_quotes": "lost"}'
#   ./deals.sh follow position.txt
set -euo pipefail

answer=$(mktemp -d)
trap 'rm -rf "$answer"' EXIT
# In a file, because every user of the machine can read the arguments of a process.
printf 'Authorization: Bearer %s\n' "$CRM_TOKEN" > "$answer/token"

# call METHOD PATH [OPTIONS OF curl]: the answer is in $answer/body and $answer/headers;
# a refusal in $answer/refusal, its code in $code. PATH is below the API's address, or a
# link that it gave. Sent again is what got no answer, what a proxy could not pass on,
# and what was answered with Retry-After: the API sends that with each refusal that
# passes by itself, and with no other.
call() {
  local method=$1 url=$2 attempt status pause
  shift 2
  [[ $url == http* ]] || url=$CRM_API/$url
  for attempt in 1 2 3 4 5 6; do
    : > "$answer/headers" > "$answer/body"
    status=$(curl -sS -X "$method" -H @"$answer/token" --connect-timeout 5 -m 60 \
      -D "$answer/headers" -o "$answer/body" -w '%{http_code}' "$@" "$url") ||
      status=000
    pause=$(header retry-after)
    case $status in
      2??) return 0 ;;
      000 | 502 | 503 | 504) pause=${pause:-$((2 ** (attempt - 1)))} ;;
    esac
    [ -n "$pause" ] || break
    sleep "$pause"
  done
  mv "$answer/body" "$answer/refusal"
  code=$(jq -er .code "$answer/refusal" 2> "$answer/errors") || code=$status
  return 1
}

header() {
  tr -d '\r' < "$answer/headers" |
    awk -F ': ' -v name="$1" 'tolower($1) == name { print $2 }'
}

# find_deals QUERY: all pages of a list: what nobody changes meanwhile comes once.
find_deals() {
  local path="opportunities/?$1"
  while [ -n "$path" ]; do
    call GET "$path" || refused
    jq -c '.results[]' "$answer/body"
    path=$(jq -r '.next // empty' "$answer/body")
  done
}

# close_deal ID won|lost [VALUES]: once, however often it is tried. Prints the closing.
close_deal() {
  local deal=$1 outcome=$2 values=${3:-"{}"} closing
  while true; do
    if check_deal "$deal" "$outcome" "$values" &&
      call POST "opportunities/$deal/close-as-$outcome/" -d "$values" \
        -H 'Content-Type: application/json' -H "If-Match: $(header etag)" \
        -H "Idempotency-Key: $(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"; then
      closing_of "$deal"
      return
    elif [ "$code" = opportunity_already_closed ]; then
      closing=$(closing_of "$deal")
      if [ "$(jq -r .outcome <<< "$closing")" = "$outcome" ]; then
        echo "$closing" # by us, before an interruption, or by a colleague
        return
      fi
    fi
    [ "$code" = stale ] || refused
    # Someone changed the deal after our check: look at it again.
  done
}

# check_deal ID won|lost VALUES: can it be closed so? $answer/headers have its version.
check_deal() {
  call GET "opportunities/$1/close-check/?outcome=$2" || return 1
  jq --argjson values "$3" '{blocking_quotes} + first(.refusals[] | select(
      .code != "opportunity_has_open_quotes" or ($values | has("close_quotes") | not)
    ))' "$answer/body" > "$answer/refusal"
  code=$(jq -r .code "$answer/refusal")
  [ -z "$code" ]
}

# closing_of ID: the closing that counts; that of a deal reopened since is canceled.
closing_of() {
  call GET "opportunity-closes/?opportunity=$1&activity_status=completed" || refused
  jq -c '.results[0]' "$answer/body"
}

refused() {
  jq -er '[.code + ": " + .detail, (.blocking_quotes // [])[].number] | join(" ")' \
    "$answer/refusal" >&2 || echo "$code: The API did not answer." >&2
  exit 1
}

# follow FILE: prints every event after the stored position, without end; where none is
# stored, from now. It is stored when the events before it were handled. Killed in
# between, you are given some again: know them by their id.
follow() {
  if [ ! -s "$1" ]; then
    call GET 'events/?after=latest' || refused
    store "$1"
  fi
  while true; do
    call GET "events/?wait=30&after=$(cat "$1")" || refused
    jq -c '.results[]' "$answer/body"
    store "$1"
    [ "$(jq '.results | length' "$answer/body")" -gt 0 ] || sleep 1
  done
}

# store FILE: the position of the answer, whole or not at all.
store() {
  jq .position "$answer/body" > "$1.new"
  mv "$1.new" "$1"
}

case ${1:-} in
  list) find_deals "$2" ;;
  close) close_deal "${@:2}" ;;
  follow) follow "$2" ;;
  *) sed -n '2,8p' "$0" && exit 1 ;;
esac
