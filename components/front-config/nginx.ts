/** Body of an error as registries send it, so that clients show the message. */
export function errorBody(code: string, message: string): string {
	return JSON.stringify({ errors: [{ code, message }] });
}

/** A name as part of an nginx variable. */
export const variable = (name: string) => name.replaceAll(/[^a-z0-9]/g, "_");

/** What a client may not decide itself. Repeated wherever a location sets a header of its own. */
export const HEADERS = `
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-Proto $client_scheme;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Registry $registry_name;
  proxy_set_header X-Original-URI $request_uri;
  proxy_set_header Connection "";`;

/** What nginx has to know of the place it runs. */
export interface FrontPlace {
	/** Address or name of the server that knows the estate's names. */
	readonly nameServer: string;
	/** It starts as root and has to stay it. */
	readonly asRoot: boolean;
}

// Root without capabilities cannot become another user, and needs not: see container-defaults.ts.
const user = ({ asRoot }: FrontPlace) => (asRoot ? "user root;\n" : "");

export const preamble = (
	place: FrontPlace,
	httpsHosts: readonly string[],
) => `${user(place)}# One is faster on two cores than two, which take the registry's: bench/dev.ts, pullThroughFront.
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
  resolver ${place.nameServer} valid=2s ipv6=off;
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
  variables_hash_max_size 2048;
  map_hash_bucket_size 256;
  server_names_hash_bucket_size 128;
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
  }
  # What the client speaks, also where its certificate is before this server.
  map $host $client_scheme {
    default $scheme;
${httpsHosts.map((host) => `    ${host} https;\n`).join("")}  }
  # Decides which replica of a cache is asked first.
  map $uri $repository {
    default $uri;
    "~^/v2/(?<repository_of_path>.+)/(?:manifests|blobs|tags|referrers)/" $repository_of_path;
  }`;

/** 421 for every other name, which also keeps the token realm honest: registries build it from the Host they are shown. */
export const unknownHost = (listen: string) => `  server {
    ${listen}
    set $registry_name "";
    return 421 '${errorBody("UNSUPPORTED", "no registry of this host name is served here")}';
  }`;
