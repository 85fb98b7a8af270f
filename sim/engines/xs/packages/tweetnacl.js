import nacl from "tweetnacl";

export default nacl;
