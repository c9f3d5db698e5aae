import type { Dispatcher } from "undici";
import { DEFAULT_TIMEOUTS, registryAgent } from "../../../services/oci/http.ts";

/** The end of a process, as far as its requests can tell. */
export class Killed extends Error {
	override readonly name = "Killed";
}

/** Where in its `n`th request a process is killed. */
export interface Kill {
	readonly n: number;
	/** `before` it is sent, or `after` the registry did what it asks for, but before the answer. */
	readonly moment: "before" | "after";
}

/** Connections of a process that is killed: from that moment on nothing is sent and nothing answered. */
export class Killer {
	/** Requests that were begun before the end. */
	requests = 0;
	isDead = false;
	readonly dispatcher: Dispatcher;

	constructor({ n, moment }: Kill) {
		this.dispatcher = registryAgent(DEFAULT_TIMEOUTS).compose(
			(dispatch) => (options, handler) => {
				if (this.isDead) throw new Killed();
				this.requests++;
				if (this.requests < n) return dispatch(options, handler);
				if (moment === "before") {
					this.isDead = true;
					throw new Killed();
				}
				return dispatch(options, {
					...handlerOf(handler),
					onResponseStart: (controller) => {
						this.isDead = true;
						controller.abort(new Killed());
					},
				});
			},
		);
	}
}

// The methods of a handler live on its prototype, where spreading does not find them.
function handlerOf(
	handler: Dispatcher.DispatchHandler,
): Dispatcher.DispatchHandler {
	return {
		onRequestStart: (...args) => handler.onRequestStart?.(...args),
		onResponseData: (...args) => handler.onResponseData?.(...args),
		onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
		onResponseError: (...args) => handler.onResponseError?.(...args),
	};
}
