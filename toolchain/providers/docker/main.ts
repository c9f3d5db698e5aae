import { serve } from "../server.ts";
import { StandIn } from "../stand-in.ts";
import { dockerProvider } from "./provider.ts";

await serve(new StandIn(dockerProvider), process.argv.slice(2));
