import { serve } from "../server.ts";
import { KubernetesStandIn } from "./stand-in.ts";

await serve(new KubernetesStandIn(), process.argv.slice(2));
