// OrreryGeneration
