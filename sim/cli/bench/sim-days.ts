import { runDays } from "../../bench/days.js";

/** What `npm run bench -- sim` measures: so many days, from their number; prints what came of them. */
const played = await runDays(Number(process.argv[2]), (text) => console.error(text));
console.log(JSON.stringify(played));
