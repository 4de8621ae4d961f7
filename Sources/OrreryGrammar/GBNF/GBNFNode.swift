/// What a rule of a GBNF grammar stands for.
indirect enum GBNFNode {
    case set(ScalarSet)
    case rule(String)
    case sequence([GBNFNode])
    case choice([GBNFNode])
    case repeated(GBNFNode, least: Int, most: Int?)
}
