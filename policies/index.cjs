// The engine loads a pack as CommonJS, with a compiler of its own in the way of `.ts` files. A dynamic
// import goes past it, and Node strips the types.
module.exports = import("./pack.ts");
