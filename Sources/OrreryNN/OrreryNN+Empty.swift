// OrreryNN
