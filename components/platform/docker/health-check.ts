/**
 * A health check that is asked often until the server is healthy, so that `up` need not wait, and
 * seldom from then on.
 *
 * Docker has one interval for both before version 25 (`StartInterval`), and starting a check costs
 * about 40 ms of one core: the 25 containers of an estate, asked every two seconds, kept a quarter of
 * a machine with two cores busy. So a check of a healthy server first waits. One that fails is
 * asked often again.
 */
export const healthCheck = (command: readonly string[]) => ({
	interval: "2s",
	timeout: `${PAUSE_SECONDS + CHECK_SECONDS + MARGIN_SECONDS}s`,
	retries: 15,
	tests: ["CMD", "sh", "-c", WITH_PAUSE, "health", ...command],
});

const PAUSE_SECONDS = 20;
const CHECK_SECONDS = 5;
// Docker must not be the one that ends a check: it would leave the mark of a healthy server.
const MARGIN_SECONDS = 2;

const WITH_PAUSE = [
	`[ -e /tmp/healthy ] && sleep ${PAUSE_SECONDS}`,
	`timeout ${CHECK_SECONDS} "$@" && : > /tmp/healthy && exit 0`,
	"rm -f /tmp/healthy",
	"exit 1",
].join("; ");
