import { serve } from "../server.ts";
import { StandIn } from "../stand-in.ts";
import { randomProvider } from "./provider.ts";

await serve(new StandIn(randomProvider), process.argv.slice(2));
