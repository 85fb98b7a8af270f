import { render } from "preact";
import { App } from "./app.js";
import { connect } from "./live.js";
import "./style/base.css";
import "./style/box.css";
import "./style/cloud.css";

connect();
render(<App />, document.body);
