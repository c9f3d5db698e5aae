import { isIP } from "node:net";

/**
 * Second-level labels under country domains that anybody can register below, as in `co.uk` and
 * `com.au`; the general ones of https://publicsuffix.org/list/.
 */
const SHARED_SECOND_LEVEL: ReadonlySet<string> = new Set(
	"ac co com edu go gob gouv gov gv id info ltd me mil ne net nom or org plc sch web".split(
		" ",
	),
);

/**
 * Suffixes of the private part of the same list below which strangers get names and registries run.
 */
const SHARED_HOSTING: readonly string[] = [
	"amazonaws.com",
	"azurecr.io",
	"azurewebsites.net",
	"cloudfront.net",
	"github.io",
	"herokuapp.com",
	"pkg.dev",
	"run.app",
	"workers.dev",
];

/**
 * The part of a host name that one owner registered, e.g. `example.com` of `auth.example.com`.
 *
 * Undefined where no such part can be told: IP addresses, single labels, names inside a cluster, and
 * suffixes where neighbours are strangers. Hosts without one are only ever the same as themselves.
 * A table instead of the whole list: it answers "not the same owner" when in doubt.
 */
export function registrableDomain(hostname: string): string | undefined {
	const name = hostname.toLowerCase().replace(/\.$/, "");
	if (isIP(name) !== 0 || name.startsWith("[")) return undefined;
	const labels = name.split(".");
	const [second = "", top = ""] = labels.slice(-2);
	if (labels.length < 2 || top === "local" || top === "svc") return undefined;
	if (SHARED_HOSTING.some((suffix) => `.${name}`.endsWith(`.${suffix}`))) {
		return undefined;
	}
	const shared = top.length === 2 && SHARED_SECOND_LEVEL.has(second);
	if (!shared) return `${second}.${top}`;
	return labels.length < 3 ? undefined : labels.slice(-3).join(".");
}
