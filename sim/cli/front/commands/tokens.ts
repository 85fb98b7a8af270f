import { DocumentTokens, mintToken, readScopes, SCOPES } from "../../../cloud/api/tokens.js";
import type { Command } from "../command.js";
import { expectWords } from "../words.js";

/** Rights of programs to use the cloud's API. */
export const TOKEN_COMMAND: Command = {
  name: "token",
  usage: "cloud token NAME [SCOPES]",
  summary: "a right for a program to use the cloud's API, below /v1 at the page's address; it is shown once",
  example: "cloud token calendar read,write",
  details: Object.entries(SCOPES).map(([scope, opens]) => `${scope}: ${opens}`),
  complete: (_desk, index) => (index === 1 ? [...Object.keys(SCOPES), "all"] : []),
  run({ desk }, { words }) {
    expectWords(words, 2, 3);
    const { token, shown } = mintToken(words[1]!, readScopes(words[2] ?? "read"), desk.world.wallSeconds());
    new DocumentTokens(desk.cloud.store, "desk").add(token);
    return [
      shown,
      `send it as \`Authorization: Bearer …\` to ${desk.pageUrl}v1/… ; ${desk.pageUrl}v1/openapi.json lists all`,
    ];
  },
};
