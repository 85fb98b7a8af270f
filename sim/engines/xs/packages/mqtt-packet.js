import mqtt from "mqtt-packet";

export default mqtt;
