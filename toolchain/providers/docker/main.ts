import { serve } from "../server.ts";
import { dockerProvider } from "./provider.ts";

await serve(dockerProvider, process.argv.slice(2));
