/** The module that the SDK's TLS asks for by this name: what is relative in it would be looked for beside the SDK's own. */
export { default } from "hal/moddable/net/certificate-manager";
