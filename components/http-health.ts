/** Command that succeeds when a server answers on its own loopback interface, as Alpine and Debian images have it. */
export const httpHealth = (port: number, path = "/"): readonly string[] => [
	"wget",
	"-q",
	"-O",
	"/dev/null",
	`http://127.0.0.1:${port}${path}`,
];
