/** Name of the registry that plays Docker Hub, on the archiver's network. */
export const DOCKER_HUB_ALIAS = "docker-hub.upstream.test";
