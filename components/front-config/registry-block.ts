import type { Registry } from "../../topology/estate.ts";
import { SERVICE_PORT, serverUrl } from "../../topology/names.ts";
import { errorBody, HEADERS, variable } from "./nginx.ts";

// Whatever is away behind it, a client hears it from the front in a registry's words.
const AWAY = "error_page 500 502 503 504 = @away;";

/** A registry, and the host name of its gate. */
export interface FrontedRegistry {
	readonly registry: Registry;
	readonly gateHost: string;
}

/**
 * One virtual server of a registry: its routes to registry and gate.
 *
 * @param listen the directives that say where
 * @param names the names it answers to
 */
export function registryBlock(
	{ registry, gateHost }: FrontedRegistry,
	listen: string,
	names: string,
): string {
	return `  server {
    ${listen}
    server_name ${names};
${common({ registry, gateHost })}
    location = /auth/token { proxy_pass $gate; }
    # Asked before an upload starts, so that a refused name costs no upload.
    location = /authorize/upload {
      internal;
      proxy_pass_request_body off;
      # A header set here would hide those set above: they are repeated.${HEADERS}
      proxy_set_header Content-Length "";
      proxy_pass $gate;
    }
    location ~ ^/v2/.+/blobs/uploads/$ {
      auth_request /authorize/upload;
      # One error_page here hides those of the server: they are repeated.
      error_page 403 = @refused;
      ${AWAY}
      proxy_pass $registry;
    }
    # The gate says why, in a body that clients show.
    location @refused { proxy_pass $gate; }
    location ~ ^/v2/.+/blobs/uploads/[^/]+$ { proxy_pass $registry; }
    location ~ ^/v2/.+/manifests/[^/]+$ {
      set $judge ${readTarget(registry)};
      if ($writes) { set $judge $gate; }
      ${otherReplica(registry)}
      proxy_pass $judge;
    }
    location /v2/ {
      if ($reads = 0) {
        return 405 '${errorBody("UNSUPPORTED", "this can only be read")}';
      }
      ${otherReplica(registry)}
      proxy_pass ${readTarget(registry)};
    }${replicaFallback(registry)}
    location / {
      return 404 '${errorBody("NAME_UNKNOWN", "registries answer below /v2/")}';
    }
  }`;
}

/** What every virtual server of a registry begins with. */
export function common({ registry, gateHost }: FrontedRegistry): string {
	return `    set $registry_name "${registry.name}";
    set $registry "${serverUrl(registry)}";
    set $gate "http://${gateHost}:${SERVICE_PORT}";

    if ($crooked_path) {
      return 400 '${errorBody("NAME_INVALID", "the path has an escape, an empty or a dot segment; repository names have none of these")}';
    }
    ${AWAY}
    location @away {
      add_header Retry-After 5 always;
      return 503 '${errorBody("UNAVAILABLE", `${registry.name} is not available right now`)}';
    }
`;
}

const isReplicated = ({ stores }: Registry) => stores.length > 1;

/** Variable with the address reads go to first. */
export const readTarget = (registry: Registry) =>
	isReplicated(registry) ? `$${variable(registry.name)}_first` : "$registry";

// What one replica does not have, the other may: each fetched what it was asked for.
const otherReplica = (registry: Registry) =>
	isReplicated(registry)
		? "proxy_intercept_errors on;\n      error_page 404 500 502 503 504 = @other;"
		: "";

const replicaFallback = (registry: Registry) =>
	isReplicated(registry)
		? `
    location @other {
      recursive_error_pages on;
      error_page 502 504 = @away;
      proxy_pass $${variable(registry.name)}_second;
    }`
		: "";

/** Which replica of a cache a repository is asked at first, and which one then. */
export function replicaMaps(registry: Registry): string {
	if (!isReplicated(registry)) return "";
	const name = variable(registry.name);
	const { replicas, port } = registry.server;
	const urls = replicas.map((host) => `"http://${host}:${port}"`);
	const share = Math.floor(100 / urls.length);
	const first = urls.slice(0, -1).map((url) => `    ${share}% ${url};`);
	const second = urls.map(
		(url, i) => `    ${url} ${urls[(i + 1) % urls.length]};`,
	);
	return `  split_clients $repository $${name}_first {
${first.join("\n")}
    * ${urls.at(-1)};
  }
  map $${name}_first $${name}_second {
${second.join("\n")}
  }`;
}
