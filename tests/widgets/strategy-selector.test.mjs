import * as model from "../../docs/widgets/strategy-selector/model.mjs";
import { agrees_with_cv7 } from "./parity.mjs";

agrees_with_cv7("strategy-selector", model);
