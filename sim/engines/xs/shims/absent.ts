/** Stands in for a module that is optional to who asks for it. */
export default undefined;
