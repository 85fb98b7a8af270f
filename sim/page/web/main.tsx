import { render } from "preact";
import { App } from "./app.js";
import { listenToBox } from "./box/sound.js";
import { connect } from "./live.js";
import { openLinked } from "./track.js";
import "./style/base.css";
import "./style/box.css";
import "./style/cloud.css";
import "./style/track.css";

connect();
openLinked();
listenToBox();
render(<App />, document.body);
