import { serve } from "../server.ts";
import { randomProvider } from "./provider.ts";

await serve(randomProvider, process.argv.slice(2));
