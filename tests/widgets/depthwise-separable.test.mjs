import * as model from "../../docs/widgets/depthwise-separable/model.mjs";
import { agrees_with_cv7 } from "./parity.mjs";

agrees_with_cv7("depthwise-separable", model);
