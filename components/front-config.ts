import type { Registry } from "../topology/estate.ts";
import {
	gateAlias,
	REGISTRY_PORT,
	registryAlias,
	SERVICE_PORT,
} from "./names.ts";

/** Port the front answers its own health check on; inside the container only. */
export const FRONT_HEALTH_PORT = 8081;

/** What a front stands before: registries with one gate. */
export interface FrontSpec {
	readonly gate: string;
	readonly registries: readonly Registry[];
}

/**
 * Renders nginx's configuration: one virtual server for each registry, by host name inside the
 * estate and by port for clients on the machine. A name it does not know gets 421.
 */
export function renderFrontConfig({ gate, registries }: FrontSpec): string {
	const servers = registries.flatMap((registry) => [
		server(registry, gate, SERVICE_PORT, registry.host),
		...(registry.port === undefined
			? []
			: [
					unknownHost(registry.port),
					server(registry, gate, registry.port, "localhost 127.0.0.1"),
				]),
	]);
	return [
		PREAMBLE,
		unknownHost(SERVICE_PORT),
		...servers,
		HEALTH,
		"}",
		"",
	].join("\n\n");
}

// What a client may not decide itself.
const HEADERS = `
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Registry $registry_name;
  proxy_set_header X-Original-URI $request_uri;
  proxy_set_header Connection "";`;

// Root without capabilities cannot become another user, and needs not: see container-defaults.ts.
const PREAMBLE = `user root;
# One is faster on two cores than two, which take the registry's: bench/dev.ts, pullThroughFront.
worker_processes 1;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;
events { worker_connections 1024; }
http {
  default_type application/json;
  server_tokens off;
  log_format requests escape=json '{"time":"$time_iso8601","registry":"$registry_name","method":"$request_method","uri":"$request_uri","status":$status,"bytes":$body_bytes_sent,"seconds":$request_time}';
  access_log /dev/stdout requests;
  client_body_temp_path /tmp/client-body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;

  # Names are resolved on each request: nginx starts while a registry is away, and after a
  # registry was replaced it never keeps an address that now belongs to another tier.
  resolver 127.0.0.11 valid=2s ipv6=off;
  resolver_timeout 2s;

  # Blobs stream through in both directions, in buffers large enough for one blob's pace.
  client_max_body_size 0;
  proxy_http_version 1.1;
  proxy_request_buffering off;
  proxy_max_temp_file_size 0;
  proxy_buffer_size 16k;
  proxy_buffers 8 128k;
  proxy_busy_buffers_size 256k;
  client_body_buffer_size 256k;
  tcp_nodelay on;
  client_header_timeout 30s;
  client_body_timeout 60s;
  send_timeout 60s;
  proxy_connect_timeout 2s;
  proxy_read_timeout 900s;
  proxy_send_timeout 60s;
${HEADERS}

  # No valid path has an escape, an empty or a dot segment: what would be cleaned up somewhere
  # behind is refused here, so that everyone judges the same path.
  map $request_uri $crooked_path {
    default 0;
    "~^[^?]*(?:%|//|\\\\|/\\.\\.?(?:/|\\?|$))" 1;
  }
  # The gate judges manifest writes, the registry serves everything else.
  map $request_method $writes {
    default 0;
    PUT 1;
    DELETE 1;
  }
  map $request_method $reads {
    default 0;
    GET 1;
    HEAD 1;
  }`;

const HEALTH = `  server {
    listen 127.0.0.1:${FRONT_HEALTH_PORT};
    set $registry_name "";
    access_log off;
    return 200 '{"status":"ok"}';
  }`;

// 421 also keeps the token realm honest: the registry builds it from the Host it is shown.
const unknownHost = (port: number) => `  server {
    listen ${port} default_server;
    set $registry_name "";
    return 421 '${errorBody("UNSUPPORTED", "no registry of this host name is served here")}';
  }`;

const server = (
	registry: Registry,
	gate: string,
	port: number,
	names: string,
) => `  server {
    listen ${port};
    server_name ${names};
    set $registry_name "${registry.name}";
    set $registry "http://${registryAlias(registry)}:${REGISTRY_PORT}";
    set $gate "http://${gateAlias(gate)}:${SERVICE_PORT}";

    if ($crooked_path) {
      return 400 '${errorBody("NAME_INVALID", "the path has an escape, an empty or a dot segment; repository names have none of these")}';
    }
    error_page 500 502 503 504 = @away;
    location @away {
      add_header Retry-After 5 always;
      return 503 '${errorBody("UNAVAILABLE", `${registry.name} is not available right now`)}';
    }

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
      error_page 403 = @refused;
      proxy_pass $registry;
    }
    # The gate says why, in a body that clients show.
    location @refused { proxy_pass $gate; }
    location ~ ^/v2/.+/blobs/uploads/[^/]+$ { proxy_pass $registry; }
    location ~ ^/v2/.+/manifests/[^/]+$ {
      set $judge $registry;
      if ($writes) { set $judge $gate; }
      proxy_pass $judge;
    }
    location /v2/ {
      if ($reads = 0) {
        return 405 '${errorBody("UNSUPPORTED", "this can only be read")}';
      }
      proxy_pass $registry;
    }
    location / {
      return 404 '${errorBody("NAME_UNKNOWN", "registries answer below /v2/")}';
    }
  }`;

function errorBody(code: string, message: string): string {
	return JSON.stringify({ errors: [{ code, message }] });
}
