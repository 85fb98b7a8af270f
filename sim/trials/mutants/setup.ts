import fc from "fast-check";

// One counterexample is enough to kill; looking for the smallest takes longest.
fc.configureGlobal({ endOnFailure: true });
