// OrreryFiles
