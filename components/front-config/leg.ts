import type { Registry } from "../../topology/estate.ts";
import { LEG_PORT, SERVICE_PORT } from "../../topology/names.ts";
import { variable } from "./nginx.ts";

/** One way from a region to home. */
export interface Leg {
	/** Name of the origin tier. */
	readonly origin: Registry;
	/** Host name the region's caches know it by. */
	readonly host: string;
}

// Loopback ports of the inner servers, two for each leg.
const FIRST_INNER_PORT = 8100;

/**
 * The way from a region's caches to a tier at home, in two hops.
 *
 * On a home that is silent, distribution itself would wait 30 s for every tag. The outer hop has the
 * breaker: after one failure it answers 502 at once for 15 s, and the caches serve what they have.
 * The inner hop resolves home on each request, which an upstream of nginx does not.
 */
export function legBlocks({ origin, host }: Leg, index: number): string {
	// Not after the host: names of groups in patterns have 32 characters at most.
	const name = `leg_${variable(origin.name)}`;
	const inner = FIRST_INNER_PORT + 2 * index;
	const home = `${origin.host}:${SERVICE_PORT}`;
	return `  upstream ${name} {
    server 127.0.0.1:${inner} max_fails=1 fail_timeout=15s;
    server 127.0.0.1:${inner + 1} backup;
  }
  # Tokens travel through the leg too: distribution asks for one only at the host it talks to.
  map $upstream_http_www_authenticate $${name}_challenge {
    default "";
    '~^Bearer realm="[^"]*"(?<${name}_rest>.*)$' 'Bearer realm="http://${host}:${LEG_PORT}/auth/token"$${name}_rest';
  }
  server {
    listen ${LEG_PORT};
    server_name ${host};
    set $registry_name "${host}";
    location / {
      proxy_pass http://${name};
      proxy_next_upstream error timeout http_502 http_504;
      proxy_connect_timeout 1s;
      proxy_read_timeout 12s;
      proxy_hide_header WWW-Authenticate;
      add_header WWW-Authenticate $${name}_challenge always;
    }
  }
  server {
    listen 127.0.0.1:${inner};
    set $registry_name "";
    access_log off;
    resolver_timeout 1s;
    set $home "http://${home}";
    proxy_set_header Host ${home};
    proxy_set_header Connection "";
    proxy_connect_timeout 1s;
    # A home that accepts and does not answer, as a load balancer before a dead one does, costs every
    # client this wait once in a breaker's time. Blobs may take longer to begin.
    proxy_read_timeout 3s;
    location / { proxy_pass $home; }
    location ~ ^/v2/.+/blobs/ {
      proxy_read_timeout 10s;
      proxy_pass $home;
    }
  }
  server {
    listen 127.0.0.1:${inner + 1};
    set $registry_name "";
    access_log off;
    return 502;
  }`;
}
