/** Label that names the stack a container, network or volume belongs to. */
export const STACK_LABEL = "registry-tiers.stack";
/** Label that names a resource within its stack. */
export const NAME_LABEL = "registry-tiers.name";
