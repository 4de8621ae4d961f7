// OrreryTensor
