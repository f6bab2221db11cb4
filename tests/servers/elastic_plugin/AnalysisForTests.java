package minyi;

import java.util.Map;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The parts of Elasticsearch's own module `analysis-common` that Minyi's indices and the security index
 * need. The published test distribution lacks that module; Lucene's classes, which it wraps, are there.
 */
public class AnalysisForTests extends Plugin implements AnalysisPlugin {

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        AnalysisProvider<TokenFilterFactory> bigram = (index, environment, name, settings) -> {
            List<String> ignored = settings.getAsList("ignored_scripts");
            int flags = (ignored.contains("han") ? 0 : CJKBigramFilter.HAN)
                | (ignored.contains("hiragana") ? 0 : CJKBigramFilter.HIRAGANA)
                | (ignored.contains("katakana") ? 0 : CJKBigramFilter.KATAKANA)
                | (ignored.contains("hangul") ? 0 : CJKBigramFilter.HANGUL);
            boolean unigrams = settings.getAsBoolean("output_unigrams", false);
            return filter(name, stream -> new CJKBigramFilter(stream, flags, unigrams));
        };
        AnalysisProvider<TokenFilterFactory> capture = (index, environment, name, settings) -> {
            Pattern[] patterns = settings.getAsList("patterns").stream().map(Pattern::compile).toArray(Pattern[]::new);
            boolean keep = settings.getAsBoolean("preserve_original", true);
            return filter(name, stream -> new PatternCaptureGroupTokenFilter(stream, keep, patterns));
        };
        return Map.of(
            "cjk_bigram", bigram,
            "cjk_width", (index, environment, name, settings) -> filter(name, CJKWidthFilter::new),
            "pattern_capture", AnalysisPlugin.requiresAnalysisSettings(capture),
            "unique", (index, environment, name, settings) -> filter(name, RemoveDuplicatesTokenFilter::new)
        );
    }

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Map.of("uax_url_email", (index, environment, name, settings) -> tokenizer(name));
    }

    private static TokenFilterFactory filter(String name, UnaryOperator<TokenStream> make) {
        return new TokenFilterFactory() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public TokenStream create(TokenStream stream) {
                return make.apply(stream);
            }
        };
    }

    private static TokenizerFactory tokenizer(String name) {
        return new TokenizerFactory() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Tokenizer create() {
                return new UAX29URLEmailTokenizer();
            }
        };
    }
}
