#!/bin/sh
# Builds the image of this folder, pushes it to CI Snapshots as the job itself and makes it fit for promotion.
# docs/ci-job.md says what it needs. It prints the image by digest, and nothing else on standard output.
set -eu

: "${REGISTRY:?host of CI Snapshots, e.g. ci-snapshots.registry.example.com}"
: "${AUDIENCE:?name of its token service, e.g. ci-snapshots.prod}"
: "${IMAGE:?repository of two parts, e.g. team/app}"
: "${TAG:?e.g. main-17-0a1b2c3 or 1.4.2-0a1b2c3; it can never move}"
: "${SOURCE:?where the source is, e.g. https://github.com/acme/app}"
: "${REVISION:?commit the image is built from}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The login is the job's own, also on a machine that runs several, and ends with it. cosign reads it, too.
export DOCKER_CONFIG="$work"

# The job's token for this one tier. GitLab gives it as a variable, GitHub on request.
token() {
	if [ -n "${ID_TOKEN:-}" ]; then
		printf '%s' "$ID_TOKEN"
		return
	fi
	: "${ACTIONS_ID_TOKEN_REQUEST_URL:?the job needs the permission id-token: write}"
	# From standard input, so that no list of processes shows it.
	printf 'header = "Authorization: bearer %s"\n' "${ACTIONS_ID_TOKEN_REQUEST_TOKEN:-}" |
		curl --config - --fail --silent --show-error --retry 3 \
			"$ACTIONS_ID_TOKEN_REQUEST_URL&audience=$AUDIENCE" |
		sed --quiet 's/.*"value" *: *"\([^"]*\)".*/\1/p'
}

# Tokens live for minutes, so each part that may take long begins with a new one.
login() {
	token >"$work/token"
	docker login --username oidc --password-stdin "$REGISTRY" <"$work/token" >&2
	rm "$work/token"
}

# Without a key cosign asks Fulcio for a certificate in the job's name, and logs what it signs.
if [ -n "${COSIGN_PRIVATE_KEY:-}" ]; then
	set -- --key env://COSIGN_PRIVATE_KEY --use-signing-config=false --tlog-upload=false
elif [ -n "${SIGNING_CONFIG:-}" ]; then
	set -- --signing-config "$SIGNING_CONFIG" --trusted-root "${TRUSTED_ROOT:?the roots of the Sigstore in SIGNING_CONFIG}"
else
	set --
fi

# BuildKit's own attestations would make an index of it, and are not signed.
BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker build \
	--label "org.opencontainers.image.source=$SOURCE" \
	--label "org.opencontainers.image.revision=$REVISION" \
	--tag "$REGISTRY/$IMAGE:$TAG" "${CONTEXT:-.}" >&2

if [ -z "${SBOM:-}" ]; then
	SBOM="$work/sbom.spdx.json"
	syft scan "docker:$REGISTRY/$IMAGE:$TAG" --output "spdx-json=$SBOM" >&2
fi

login
docker push "$REGISTRY/$IMAGE:$TAG" >&2
# The digest is what the registry has now; signing a tag would sign whatever it points to by then.
image=$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$REGISTRY/$IMAGE:$TAG" |
	grep --fixed-strings --max-count=1 "$REGISTRY/$IMAGE@")

login
cosign attest --yes "$@" --type spdxjson --predicate "$SBOM" "$image" >&2
# Last: promotion waits for the signature, and finds the SBOM when it is there.
cosign sign --yes "$@" "$image" >&2
printf '%s\n' "$image"
