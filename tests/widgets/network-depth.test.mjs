import * as model from "../../docs/widgets/network-depth/model.mjs";
import { agrees_with_cv7 } from "./parity.mjs";

agrees_with_cv7("network-depth", model);
