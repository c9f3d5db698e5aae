import type { Rule } from "./rule.ts";
import { portsOnLoopback } from "./rules/d-01-ports-on-loopback.ts";
import { containersAreConfined } from "./rules/d-02-containers-are-confined.ts";
import { containersComeBack } from "./rules/d-03-containers-come-back.ts";
import { noSecretInInspect } from "./rules/d-04-no-secret-in-inspect.ts";
import { enginesStayApart } from "./rules/d-05-engines-stay-apart.ts";
import { runsAsAUser } from "./rules/k-01-runs-as-a-user.ts";
import { gainsNoPrivileges } from "./rules/k-02-gains-no-privileges.ts";
import { hasNoCapabilities } from "./rules/k-03-has-no-capabilities.ts";
import { filtersSystemCalls } from "./rules/k-04-filters-system-calls.ts";
import { leavesTheNodeAlone } from "./rules/k-05-leaves-the-node-alone.ts";
import { writesVolumesOnly } from "./rules/k-06-writes-volumes-only.ts";
import { imagesByDigest } from "./rules/k-07-images-by-digest.ts";
import { boundsItsResources } from "./rules/k-08-bounds-its-resources.ts";
import { hasNoApiToken } from "./rules/k-09-has-no-api-token.ts";
import { namespacesAreRestricted } from "./rules/k-10-namespaces-are-restricted.ts";
import { namespacesDenyByDefault } from "./rules/k-11-namespaces-deny-by-default.ts";
import { rolesAreNarrow } from "./rules/k-12-roles-are-narrow.ts";
import { registriesStayUp } from "./rules/k-13-registries-stay-up.ts";
import { cronJobsAreBounded } from "./rules/k-14-cron-jobs-are-bounded.ts";
import { noSecretInClear } from "./rules/k-15-no-secret-in-clear.ts";
import { exposesTheEdgeOnly } from "./rules/k-16-exposes-the-edge-only.ts";
import { registriesAreConfiguredSafely } from "./rules/k-17-registries-are-configured-safely.ts";
import { providersAreExplicit } from "./rules/st-01-providers-are-explicit.ts";
import { kindsThatCanBeJudged } from "./rules/st-02-kinds-that-can-be-judged.ts";
import { promoterAloneWritesProd } from "./rules/ti-01-promoter-alone-writes-prod.ts";
import { keptDataIsProtected } from "./rules/ti-02-kept-data-is-protected.ts";
import { oneStorePerRegistry } from "./rules/ti-04-one-store-per-registry.ts";
import { cachesKeepWhatIsWarm } from "./rules/ti-05-caches-keep-what-is-warm.ts";
import { cachesCopyOrigins } from "./rules/ti-06-caches-copy-origins.ts";
import { noPathFromSandboxToProd } from "./rules/ti-07-no-path-from-sandbox-to-prod.ts";
import { deletesOnlyWhereSwept } from "./rules/ti-08-deletes-only-where-swept.ts";
import { nothingSweepsKeptTiers } from "./rules/ti-09-nothing-sweeps-kept-tiers.ts";
import { everyRegionHasOneProdCache } from "./rules/ti-10-every-region-has-one-prod-cache.ts";
import { promotionHasTwoCredentials } from "./rules/ti-11-promotion-has-two-credentials.ts";
import { outputsHideSecrets } from "./rules/ti-12-outputs-hide-secrets.ts";
import { noSharedTrust } from "./rules/ti-13-no-shared-trust.ts";
import { nothingSweepsAServingStore } from "./rules/ti-15-nothing-sweeps-a-serving-store.ts";

/** Every rule, in the order of their ids. A new one is a file below `rules` and a line here. */
export const RULES: readonly Rule[] = [
	runsAsAUser,
	gainsNoPrivileges,
	hasNoCapabilities,
	filtersSystemCalls,
	leavesTheNodeAlone,
	writesVolumesOnly,
	imagesByDigest,
	boundsItsResources,
	hasNoApiToken,
	namespacesAreRestricted,
	namespacesDenyByDefault,
	rolesAreNarrow,
	registriesStayUp,
	cronJobsAreBounded,
	noSecretInClear,
	exposesTheEdgeOnly,
	registriesAreConfiguredSafely,
	portsOnLoopback,
	containersAreConfined,
	containersComeBack,
	noSecretInInspect,
	enginesStayApart,
	promoterAloneWritesProd,
	keptDataIsProtected,
	oneStorePerRegistry,
	cachesKeepWhatIsWarm,
	cachesCopyOrigins,
	noPathFromSandboxToProd,
	deletesOnlyWhereSwept,
	nothingSweepsKeptTiers,
	everyRegionHasOneProdCache,
	promotionHasTwoCredentials,
	outputsHideSecrets,
	noSharedTrust,
	nothingSweepsAServingStore,
	providersAreExplicit,
	kindsThatCanBeJudged,
];
