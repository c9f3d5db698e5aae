import type { Mirror } from "../../topology/estate.ts";
import { errorBody, HEADERS, variable } from "./nginx.ts";
import { common, type FrontedRegistry, readTarget } from "./registry-block.ts";

/**
 * A virtual server for clients that take this registry for upstream itself, such as Docker Engines
 * with `registry-mirrors`: they know no prefix and do not log in. Paths and token scopes get the
 * prefix here; everything can only be read.
 */
export function mirrorBlock(
	fronted: FrontedRegistry,
	{ prefix }: Mirror,
	listen: string,
	names: string,
): string {
	const { registry } = fronted;
	const name = variable(registry.name);
	const escaped = prefix.replaceAll(".", "\\.");
	return `  # A scope that already has the prefix was copied from the registry's challenge.
  map $arg_scope $${name}_mirror_scope {
    default $arg_scope;
    "~^repository(?::|%3A)${escaped}(?:/|%2F)" $arg_scope;
    "~^repository(?::|%3A)(?<${name}_bare_scope>.+)$" "repository:${prefix}/$${name}_bare_scope";
  }
  server {
    ${listen}
    server_name ${names};
${common(fronted)}
    location = /auth/token {
      # Anonymous, whatever a client sends along: this is a door for reading alone.${HEADERS}
      proxy_set_header Authorization "";
      set $args "service=$arg_service&scope=$${name}_mirror_scope";
      proxy_pass $gate;
    }
    location = /v2/ { proxy_pass $registry; }
    location ~ ^/v2/(?<bare_path>.+)$ {
      if ($reads = 0) {
        return 405 '${errorBody("UNSUPPORTED", "this can only be read")}';
      }
      rewrite ^ /v2/${prefix}/$bare_path break;
      proxy_pass ${readTarget(registry)};
    }
    location / {
      return 404 '${errorBody("NAME_UNKNOWN", "registries answer below /v2/")}';
    }
  }`;
}
