/** What the promoter knows that is not secret, as the file it reads at start. */
export interface PromoterConfig {
	readonly source: JobEndpoint;
	readonly destination: JobEndpoint;
	/** Naming of the destination, for a plan that refuses before anything is sent. */
	readonly schedule: string;
	readonly timeZone: string;
	/** Folder with the promotion manifests. */
	readonly manifests: string;
}

/** A registry as a job reaches it: through its front, with an account of its own. */
export interface JobEndpoint {
	/** E.g. `http://ci-snapshots.home.test:8080`. */
	readonly url: string;
	readonly username: string;
	/** File that holds the password and nothing else. */
	readonly passwordFile: string;
}
