// OrreryTokenizers
