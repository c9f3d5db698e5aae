import { z } from "zod";
import { PRINCIPALS } from "../../../topology/access.ts";
import type { Identity } from "../../../topology/identity-spec.ts";
import { anchored } from "../../../topology/naming.ts";

const httpUrl = z.url({ protocol: /^https?$/, error: "expected a URL" });
const absolutePath = z.string().startsWith("/", "expected an absolute path");

/** A federated identity in the gate's configuration file. */
export const identitySchema = z.strictObject({
	name: z.string().min(1),
	issuer: httpUrl,
	principal: z.enum(PRINCIPALS).exclude(["anonymous"]),
	claims: z
		.record(
			z.string().min(1),
			z.string().refine(compiles, "expected a pattern"),
		)
		.refine((claims) => Object.keys(claims).length > 0, "expected a condition"),
	audience: z.string().min(1).exactOptional(),
	jwksUri: httpUrl.exactOptional(),
	internal: z.boolean().exactOptional(),
	ca: z.string().min(1).exactOptional(),
	caFile: absolutePath.exactOptional(),
	tokenFile: absolutePath.exactOptional(),
}) satisfies z.ZodType<Identity>;

function compiles(text: string): boolean {
	try {
		anchored(text);
		return true;
	} catch {
		return false;
	}
}
