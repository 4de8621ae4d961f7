// OrreryModels
