var e=Object.defineProperty,t=(t,n)=>{let r={};for(var i in t)e(r,i,{get:t[i],enumerable:!0});return n||e(r,Symbol.toStringTag,{value:`Module`}),r},n=globalThis,r=n.ShadowRoot&&(n.ShadyCSS===void 0||n.ShadyCSS.nativeShadow)&&`adoptedStyleSheets`in Document.prototype&&`replace`in CSSStyleSheet.prototype,i=Symbol(),a=/* @__PURE__ */ new WeakMap,o=class{constructor(e,t,n){if(this._$cssResult$=!0,n!==i)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=e,this.t=t}get styleSheet(){let e=this.o,t=this.t;if(r&&e===void 0){let n=t!==void 0&&t.length===1;n&&(e=a.get(t)),e===void 0&&((this.o=e=new CSSStyleSheet).replaceSync(this.cssText),n&&a.set(t,e))}return e}toString(){return this.cssText}},s=e=>new o(typeof e==`string`?e:e+``,void 0,i),c=(e,...t)=>new o(e.length===1?e[0]:t.reduce((t,n,r)=>t+(e=>{if(!0===e._$cssResult$)return e.cssText;if(typeof e==`number`)return e;throw Error(`Value passed to 'css' function must be a 'css' function result: `+e+`. Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.`)})(n)+e[r+1],e[0]),e,i),l=(e,t)=>{if(r)e.adoptedStyleSheets=t.map(e=>e instanceof CSSStyleSheet?e:e.styleSheet);else for(let r of t){let t=document.createElement(`style`),i=n.litNonce;i!==void 0&&t.setAttribute(`nonce`,i),t.textContent=r.cssText,e.appendChild(t)}},u=r?e=>e:e=>e instanceof CSSStyleSheet?(e=>{let t=``;for(let n of e.cssRules)t+=n.cssText;return s(t)})(e):e,{is:d,defineProperty:f,getOwnPropertyDescriptor:ee,getOwnPropertyNames:te,getOwnPropertySymbols:ne,getPrototypeOf:re}=Object,p=globalThis,ie=p.trustedTypes,ae=ie?ie.emptyScript:``,oe=p.reactiveElementPolyfillSupport,se=(e,t)=>e,m={toAttribute(e,t){switch(t){case Boolean:e=e?ae:null;break;case Object:case Array:e=e==null?e:JSON.stringify(e)}return e},fromAttribute(e,t){let n=e;switch(t){case Boolean:n=e!==null;break;case Number:n=e===null?null:Number(e);break;case Object:case Array:try{n=JSON.parse(e)}catch{n=null}}return n}},ce=(e,t)=>!d(e,t),h={attribute:!0,type:String,converter:m,reflect:!1,useDefault:!1,hasChanged:ce};Symbol.metadata??=Symbol(`metadata`),p.litPropertyMetadata??=/* @__PURE__ */ new WeakMap;var g=class extends HTMLElement{static addInitializer(e){this._$Ei(),(this.l??=[]).push(e)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(e,t=h){if(t.state&&(t.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(e)&&((t=Object.create(t)).wrapped=!0),this.elementProperties.set(e,t),!t.noAccessor){let n=Symbol(),r=this.getPropertyDescriptor(e,n,t);r!==void 0&&f(this.prototype,e,r)}}static getPropertyDescriptor(e,t,n){let{get:r,set:i}=ee(this.prototype,e)??{get(){return this[t]},set(e){this[t]=e}};return{get:r,set(t){let a=r?.call(this);i?.call(this,t),this.requestUpdate(e,a,n)},configurable:!0,enumerable:!0}}static getPropertyOptions(e){return this.elementProperties.get(e)??h}static _$Ei(){if(this.hasOwnProperty(se(`elementProperties`)))return;let e=re(this);e.finalize(),e.l!==void 0&&(this.l=[...e.l]),this.elementProperties=new Map(e.elementProperties)}static finalize(){if(this.hasOwnProperty(se(`finalized`)))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(se(`properties`))){let e=this.properties,t=[...te(e),...ne(e)];for(let n of t)this.createProperty(n,e[n])}let e=this[Symbol.metadata];if(e!==null){let t=litPropertyMetadata.get(e);if(t!==void 0)for(let[e,n]of t)this.elementProperties.set(e,n)}this._$Eh=/* @__PURE__ */ new Map;for(let[e,t]of this.elementProperties){let n=this._$Eu(e,t);n!==void 0&&this._$Eh.set(n,e)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(e){let t=[];if(Array.isArray(e)){let n=new Set(e.flat(1/0).reverse());for(let e of n)t.unshift(u(e))}else e!==void 0&&t.push(u(e));return t}static _$Eu(e,t){let n=t.attribute;return!1===n?void 0:typeof n==`string`?n:typeof e==`string`?e.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(e=>this.enableUpdating=e),this._$AL=/* @__PURE__ */ new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(e=>e(this))}addController(e){(this._$EO??=/* @__PURE__ */ new Set).add(e),this.renderRoot!==void 0&&this.isConnected&&e.hostConnected?.()}removeController(e){this._$EO?.delete(e)}_$E_(){let e=/* @__PURE__ */ new Map,t=this.constructor.elementProperties;for(let n of t.keys())this.hasOwnProperty(n)&&(e.set(n,this[n]),delete this[n]);e.size>0&&(this._$Ep=e)}createRenderRoot(){let e=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return l(e,this.constructor.elementStyles),e}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(e=>e.hostConnected?.())}enableUpdating(e){}disconnectedCallback(){this._$EO?.forEach(e=>e.hostDisconnected?.())}attributeChangedCallback(e,t,n){this._$AK(e,n)}_$ET(e,t){let n=this.constructor.elementProperties.get(e),r=this.constructor._$Eu(e,n);if(r!==void 0&&!0===n.reflect){let i=(n.converter?.toAttribute===void 0?m:n.converter).toAttribute(t,n.type);this._$Em=e,i==null?this.removeAttribute(r):this.setAttribute(r,i),this._$Em=null}}_$AK(e,t){let n=this.constructor,r=n._$Eh.get(e);if(r!==void 0&&this._$Em!==r){let e=n.getPropertyOptions(r),i=typeof e.converter==`function`?{fromAttribute:e.converter}:e.converter?.fromAttribute===void 0?m:e.converter;this._$Em=r;let a=i.fromAttribute(t,e.type);this[r]=a??this._$Ej?.get(r)??a,this._$Em=null}}requestUpdate(e,t,n,r=!1,i){if(e!==void 0){let a=this.constructor;if(!1===r&&(i=this[e]),n??=a.getPropertyOptions(e),!((n.hasChanged??ce)(i,t)||n.useDefault&&n.reflect&&i===this._$Ej?.get(e)&&!this.hasAttribute(a._$Eu(e,n))))return;this.C(e,t,n)}!1===this.isUpdatePending&&(this._$ES=this._$EP())}C(e,t,{useDefault:n,reflect:r,wrapped:i},a){n&&!(this._$Ej??=/* @__PURE__ */ new Map).has(e)&&(this._$Ej.set(e,a??t??this[e]),!0!==i||a!==void 0)||(this._$AL.has(e)||(this.hasUpdated||n||(t=void 0),this._$AL.set(e,t)),!0===r&&this._$Em!==e&&(this._$Eq??=/* @__PURE__ */ new Set).add(e))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(e){Promise.reject(e)}let e=this.scheduleUpdate();return e!=null&&await e,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[e,t]of this._$Ep)this[e]=t;this._$Ep=void 0}let e=this.constructor.elementProperties;if(e.size>0)for(let[t,n]of e){let{wrapped:e}=n,r=this[t];!0!==e||this._$AL.has(t)||r===void 0||this.C(t,void 0,n,r)}}let e=!1,t=this._$AL;try{e=this.shouldUpdate(t),e?(this.willUpdate(t),this._$EO?.forEach(e=>e.hostUpdate?.()),this.update(t)):this._$EM()}catch(t){throw e=!1,this._$EM(),t}e&&this._$AE(t)}willUpdate(e){}_$AE(e){this._$EO?.forEach(e=>e.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(e)),this.updated(e)}_$EM(){this._$AL=/* @__PURE__ */ new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(e){return!0}update(e){this._$Eq&&=this._$Eq.forEach(e=>this._$ET(e,this[e])),this._$EM()}updated(e){}firstUpdated(e){}};g.elementStyles=[],g.shadowRootOptions={mode:`open`},g[se(`elementProperties`)]=/* @__PURE__ */ new Map,g[se(`finalized`)]=/* @__PURE__ */ new Map,oe?.({ReactiveElement:g}),(p.reactiveElementVersions??=[]).push(`2.1.2`);var le=globalThis,ue=e=>e,de=le.trustedTypes,_=de?de.createPolicy(`lit-html`,{createHTML:e=>e}):void 0,fe=`$lit$`,v=`lit$${Math.random().toFixed(9).slice(2)}$`,pe=`?`+v,me=`<${pe}>`,he=document,y=()=>he.createComment(``),ge=e=>e===null||typeof e!=`object`&&typeof e!=`function`,_e=Array.isArray,ve=e=>_e(e)||typeof e?.[Symbol.iterator]==`function`,ye=`[ 	
\f\r]`,be=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,xe=/-->/g,Se=/>/g,Ce=RegExp(`>|${ye}(?:([^\\s"'>=/]+)(${ye}*=${ye}*(?:[^ \t\n\f\r"'\`<>=]|("|')|))|$)`,`g`),we=/'/g,b=/"/g,Te=/^(?:script|style|textarea|title)$/i,Ee=e=>(t,...n)=>({_$litType$:e,strings:t,values:n}),x=Ee(1),De=Ee(2),Oe=Symbol.for(`lit-noChange`),S=Symbol.for(`lit-nothing`),ke=/* @__PURE__ */ new WeakMap,Ae=he.createTreeWalker(he,129);function je(e,t){if(!_e(e)||!e.hasOwnProperty(`raw`))throw Error(`invalid template strings array`);return _===void 0?t:_.createHTML(t)}var C=(e,t)=>{let n=e.length-1,r=[],i,a=t===2?`<svg>`:t===3?`<math>`:``,o=be;for(let t=0;t<n;t++){let n=e[t],s,c,l=-1,u=0;for(;u<n.length&&(o.lastIndex=u,c=o.exec(n),c!==null);)u=o.lastIndex,o===be?c[1]===`!--`?o=xe:c[1]===void 0?c[2]===void 0?c[3]!==void 0&&(o=Ce):(Te.test(c[2])&&(i=RegExp(`</`+c[2],`g`)),o=Ce):o=Se:o===Ce?c[0]===`>`?(o=i??be,l=-1):c[1]===void 0?l=-2:(l=o.lastIndex-c[2].length,s=c[1],o=c[3]===void 0?Ce:c[3]===`"`?b:we):o===b||o===we?o=Ce:o===xe||o===Se?o=be:(o=Ce,i=void 0);let d=o===Ce&&e[t+1].startsWith(`/>`)?` `:``;a+=o===be?n+me:l>=0?(r.push(s),n.slice(0,l)+fe+n.slice(l)+v+d):n+v+(l===-2?t:d)}return[je(e,a+(e[n]||`<?>`)+(t===2?`</svg>`:t===3?`</math>`:``)),r]},Me=class e{constructor({strings:t,_$litType$:n},r){let i;this.parts=[];let a=0,o=0,s=t.length-1,c=this.parts,[l,u]=C(t,n);if(this.el=e.createElement(l,r),Ae.currentNode=this.el.content,n===2||n===3){let e=this.el.content.firstChild;e.replaceWith(...e.childNodes)}for(;(i=Ae.nextNode())!==null&&c.length<s;){if(i.nodeType===1){if(i.hasAttributes())for(let e of i.getAttributeNames())if(e.endsWith(fe)){let t=u[o++],n=i.getAttribute(e).split(v),r=/([.?@])?(.*)/.exec(t);c.push({type:1,index:a,name:r[2],strings:n,ctor:r[1]===`.`?Fe:r[1]===`?`?E:r[1]===`@`?Ie:Pe}),i.removeAttribute(e)}else e.startsWith(v)&&(c.push({type:6,index:a}),i.removeAttribute(e));if(Te.test(i.tagName)){let e=i.textContent.split(v),t=e.length-1;if(t>0){i.textContent=de?de.emptyScript:``;for(let n=0;n<t;n++)i.append(e[n],y()),Ae.nextNode(),c.push({type:2,index:++a});i.append(e[t],y())}}}else if(i.nodeType===8){if(i.data===pe)c.push({type:2,index:a});else{let e=-1;for(;(e=i.data.indexOf(v,e+1))!==-1;)c.push({type:7,index:a}),e+=v.length-1}}a++}}static createElement(e,t){let n=he.createElement(`template`);return n.innerHTML=e,n}};function w(e,t,n=e,r){if(t===Oe)return t;let i=r===void 0?n._$Cl:n._$Co?.[r],a=ge(t)?void 0:t._$litDirective$;return i?.constructor!==a&&(i?._$AO?.(!1),a===void 0?i=void 0:(i=new a(e),i._$AT(e,n,r)),r===void 0?n._$Cl=i:(n._$Co??=[])[r]=i),i!==void 0&&(t=w(e,i._$AS(e,t.values),i,r)),t}var Ne=class{constructor(e,t){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=t}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:t},parts:n}=this._$AD,r=(e?.creationScope??he).importNode(t,!0);Ae.currentNode=r;let i=Ae.nextNode(),a=0,o=0,s=n[0];for(;s!==void 0;){if(a===s.index){let t;s.type===2?t=new T(i,i.nextSibling,this,e):s.type===1?t=new s.ctor(i,s.name,s.strings,this,e):s.type===6&&(t=new Le(i,this,e)),this._$AV.push(t),s=n[++o]}a!==s?.index&&(i=Ae.nextNode(),a++)}return Ae.currentNode=he,r}p(e){let t=0;for(let n of this._$AV)n!==void 0&&(n.strings===void 0?n._$AI(e[t]):(n._$AI(e,n,t),t+=n.strings.length-2)),t++}},T=class e{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,t,n,r){this.type=2,this._$AH=S,this._$AN=void 0,this._$AA=e,this._$AB=t,this._$AM=n,this.options=r,this._$Cv=r?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,t=this._$AM;return t!==void 0&&e?.nodeType===11&&(e=t.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,t=this){e=w(this,e,t),ge(e)?e===S||e==null||e===``?(this._$AH!==S&&this._$AR(),this._$AH=S):e!==this._$AH&&e!==Oe&&this._(e):e._$litType$===void 0?e.nodeType===void 0?ve(e)?this.k(e):this._(e):this.T(e):this.$(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==S&&ge(this._$AH)?this._$AA.nextSibling.data=e:this.T(he.createTextNode(e)),this._$AH=e}$(e){let{values:t,_$litType$:n}=e,r=typeof n==`number`?this._$AC(e):(n.el===void 0&&(n.el=Me.createElement(je(n.h,n.h[0]),this.options)),n);if(this._$AH?._$AD===r)this._$AH.p(t);else{let e=new Ne(r,this),n=e.u(this.options);e.p(t),this.T(n),this._$AH=e}}_$AC(e){let t=ke.get(e.strings);return t===void 0&&ke.set(e.strings,t=new Me(e)),t}k(t){_e(this._$AH)||(this._$AH=[],this._$AR());let n=this._$AH,r,i=0;for(let a of t)i===n.length?n.push(r=new e(this.O(y()),this.O(y()),this,this.options)):r=n[i],r._$AI(a),i++;i<n.length&&(this._$AR(r&&r._$AB.nextSibling,i),n.length=i)}_$AR(e=this._$AA.nextSibling,t){for(this._$AP?.(!1,!0,t);e!==this._$AB;){let t=ue(e).nextSibling;ue(e).remove(),e=t}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},Pe=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,t,n,r,i){this.type=1,this._$AH=S,this._$AN=void 0,this.element=e,this.name=t,this._$AM=r,this.options=i,n.length>2||n[0]!==``||n[1]!==``?(this._$AH=Array(n.length-1).fill(/* @__PURE__ */ new String),this.strings=n):this._$AH=S}_$AI(e,t=this,n,r){let i=this.strings,a=!1;if(i===void 0)e=w(this,e,t,0),a=!ge(e)||e!==this._$AH&&e!==Oe,a&&(this._$AH=e);else{let r=e,o,s;for(e=i[0],o=0;o<i.length-1;o++)s=w(this,r[n+o],t,o),s===Oe&&(s=this._$AH[o]),a||=!ge(s)||s!==this._$AH[o],s===S?e=S:e!==S&&(e+=(s??``)+i[o+1]),this._$AH[o]=s}a&&!r&&this.j(e)}j(e){e===S?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??``)}},Fe=class extends Pe{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===S?void 0:e}},E=class extends Pe{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==S)}},Ie=class extends Pe{constructor(e,t,n,r,i){super(e,t,n,r,i),this.type=5}_$AI(e,t=this){if((e=w(this,e,t,0)??S)===Oe)return;let n=this._$AH,r=e===S&&n!==S||e.capture!==n.capture||e.once!==n.once||e.passive!==n.passive,i=e!==S&&(n===S||r);r&&this.element.removeEventListener(this.name,this,n),i&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH==`function`?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},Le=class{constructor(e,t,n){this.element=e,this.type=6,this._$AN=void 0,this._$AM=t,this.options=n}get _$AU(){return this._$AM._$AU}_$AI(e){w(this,e)}},Re={M:fe,P:v,A:pe,C:1,L:C,R:Ne,D:ve,V:w,I:T,H:Pe,N:E,U:Ie,B:Fe,F:Le},ze=le.litHtmlPolyfillSupport;ze?.(Me,T),(le.litHtmlVersions??=[]).push(`3.3.3`);var D=(e,t,n)=>{let r=n?.renderBefore??t,i=r._$litPart$;if(i===void 0){let e=n?.renderBefore??null;r._$litPart$=i=new T(t.insertBefore(y(),e),e,void 0,n??{})}return i._$AI(e),i},O=globalThis,k=class extends g{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let e=super.createRenderRoot();return this.renderOptions.renderBefore??=e.firstChild,e}update(e){let t=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(e),this._$Do=D(t,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return Oe}};k._$litElement$=!0,k.finalized=!0,O.litElementHydrateSupport?.({LitElement:k});var Be=O.litElementPolyfillSupport;Be?.({LitElement:k}),(O.litElementVersions??=[]).push(`4.2.2`);var A=e=>(t,n)=>{n===void 0?customElements.define(e,t):n.addInitializer(()=>{customElements.define(e,t)})},Ve={attribute:!0,type:String,converter:m,reflect:!1,hasChanged:ce},He=(e=Ve,t,n)=>{let{kind:r,metadata:i}=n,a=globalThis.litPropertyMetadata.get(i);if(a===void 0&&globalThis.litPropertyMetadata.set(i,a=/* @__PURE__ */ new Map),r===`setter`&&((e=Object.create(e)).wrapped=!0),a.set(n.name,e),r===`accessor`){let{name:r}=n;return{set(n){let i=t.get.call(this);t.set.call(this,n),this.requestUpdate(r,i,e,!0,n)},init(t){return t!==void 0&&this.C(r,void 0,e,t),t}}}if(r===`setter`){let{name:r}=n;return function(n){let i=this[r];t.call(this,n),this.requestUpdate(r,i,e,!0,n)}}throw Error(`Unsupported decorator location: `+r)};function j(e){return(t,n)=>typeof n==`object`?He(e,t,n):((e,t,n)=>{let r=t.hasOwnProperty(n);return t.constructor.createProperty(n,e),r?Object.getOwnPropertyDescriptor(t,n):void 0})(e,t,n)}function M(e){return j({...e,state:!0,attribute:!1})}var Ue=(e,t,n)=>(n.configurable=!0,n.enumerable=!0,Reflect.decorate&&typeof t!=`object`&&Object.defineProperty(e,t,n),n);function We(e,t){return(n,r,i)=>{let a=t=>t.renderRoot?.querySelector(e)??null;if(t){let{get:e,set:t}=typeof r==`object`?n:i??(()=>{let e=Symbol();return{get(){return this[e]},set(t){this[e]=t}}})();return Ue(n,r,{get(){let n=e.call(this);return n===void 0&&(n=a(this),(n!==null||this.hasUpdated)&&t.call(this,n)),n}})}return Ue(n,r,{get(){return a(this)}})}}var Ge=class extends Error{constructor(e,t,n,r,i){super(n),this.status=e,this.code=t,this.detail=n,this.faults=r,this.retryAfter=i}},Ke=class extends Error{},qe=class extends Error{},Je=4,N=10,P=class{#e;constructor(e,t){this.base=e,this.getToken=t,this.#e=null,this.onBusy=()=>{},this.get=(e,t={})=>this.#t(`get`,e,t),this.post=(e,t={})=>this.#t(`post`,e,t),this.put=(e,t={})=>this.#t(`put`,e,t),this.delete=(e,t={})=>this.#t(`delete`,e,t)}async#t(e,t,n){let r=await this.fetch(Ye(t,n),{method:e.toUpperCase(),body:n.body===void 0?void 0:JSON.stringify(n.body),headers:{...n.body===void 0?{}:{"Content-Type":`application/json`},...n.headers},signal:n.signal});return r.status===204?void 0:await r.json()}async fetch(e,t={}){for(let n=1,r=!1;;n++){let i=await this.#n(e,t);if(i.ok||i.status===304)return i;if(i.status===401){if(this.#e=null,r)throw new qe;r=!0;continue}let a=await Xe(i),o=a.retryAfter??N;if(a.status!==429&&a.status!==503||n>=Je||o>N)throw a;this.onBusy(o),await Ze(o*1e3,t.signal),this.onBusy(0)}}async#n(e,t){let n=new Headers(t.headers);n.set(`Authorization`,`Bearer ${await this.#r()}`);try{return await fetch(this.base+e,{...t,headers:n,credentials:`omit`,cache:`no-store`})}catch(e){throw t.signal?.aborted?e:new Ke}}async#r(){try{return this.#e??=await this.getToken()}catch{throw new qe}}};function Ye(e,t){let n=e.replace(/\{(\w+)\}/g,(e,n)=>encodeURIComponent(t.path?.[n]??``)),r=new URLSearchParams;for(let[e,n]of Object.entries(t.query??{}))n!=null&&n!==``&&r.set(e,String(n));return r.size?`${n}?${r}`:n}async function Xe(e){let t=await e.json().catch(()=>({})),n=Number(e.headers.get(`Retry-After`)??NaN);return new Ge(e.status,t.code??`unknown`,t.detail||t.title||`HTTP ${e.status}`,t.errors??[],Number.isFinite(n)?n:null)}function Ze(e,t){return new Promise((n,r)=>{let i=()=>{clearTimeout(a),r(t.reason)},a=setTimeout(()=>{t?.removeEventListener(`abort`,i),n()},e);t?.addEventListener(`abort`,i,{once:!0})})}var Qe=()=>Array.from(crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(16)),e=>e.toString(16).padStart(2,`0`)).join(``),$e=5e3,et=15e3,tt=/* @__PURE__ */ new Set([`completed`,`cancelled`,`expired`]);async function nt(e,t,n,r){let i={batch:null,tag:``};for(let a=0;!r.aborted;)try{await rt(e,t,i,r),a=0,n.changed(i.batch),i.batch.finished_at?await Ze($e,r):await F(e,t,i,n,r)}catch(e){if(r.aborted||(n.lost(e),e instanceof Ge&&e.status<500&&e.status!==429))return;await Ze(Math.min(1e3*2**a++,et),r).catch(()=>{})}}async function rt(e,t,n,r){let i=n.tag?{"If-None-Match":n.tag}:{},a=await e.fetch(`/mass-replies/${t}`,{headers:i,signal:r});a.status!==304&&(n.tag=a.headers.get(`ETag`)??``,n.batch=await a.json())}async function F(e,t,n,r,i){let a=new AbortController,o=await e.fetch(`/mass-replies/${t}/events?deliveries=false`,{headers:{Accept:`text/event-stream`},signal:AbortSignal.any([i,a.signal])});try{for await(let e of it(o.body)){let t=JSON.parse(e);if(t.status!==n.batch.status)return;n.batch={...n.batch,...t},r.changed(n.batch)}}finally{a.abort()}}async function*it(e){let t=e.pipeThrough(new TextDecoderStream).getReader(),n=``;for(;;){let{value:e,done:r}=await t.read();if(r)return;let i=(n+e).split(`

`);n=i.pop();for(let e of i){let t=e.split(`
`).filter(e=>e.startsWith(`data: `));t.length&&(yield t.map(e=>e.slice(6)).join(`
`))}}}var at=c`
  :host {
    --accent: var(--mass-reply-accent, light-dark(#0b57d0, #a8c7fa));
    --on-accent: var(--mass-reply-on-accent, light-dark(#fff, #0a1f44));
    --ink: var(--mass-reply-ink, light-dark(#1b1c1f, #e8e8ea));
    --soft: var(--mass-reply-soft-ink, light-dark(#5a5e66, #a9adb5));
    --paper: var(--mass-reply-paper, light-dark(#fff, #1c1d20));
    --shade: var(--mass-reply-shade, light-dark(#f4f5f7, #26282c));
    --line: var(--mass-reply-line, light-dark(#d9dbe0, #3c3f45));
    --control: light-dark(#7b808a, #8b9099);
    --danger: var(--mass-reply-danger, light-dark(#b3261e, #f2b8b5));
    --on-danger: light-dark(#fff, #601410);
    --amber: light-dark(#7a4b00, #ffcf7d);
    --amber-paper: light-dark(#fff4de, #3a2d12);
    --good: light-dark(#146c2e, #7fd99a);
    --radius: var(--mass-reply-radius, 8px);
    font: 14px/20px var(--mass-reply-font, system-ui, sans-serif);
    color: var(--ink);
    font-variant-numeric: tabular-nums;
  }
  * {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
`,ot=c`
  h1,
  h2,
  h3,
  p,
  dl,
  dd,
  ul,
  ol,
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }
  h2 {
    font-size: 22px;
    line-height: 28px;
    font-weight: 600;
    text-wrap: balance;
  }
  h3 {
    font-size: 14px;
    font-weight: 600;
  }
  ul,
  ol {
    list-style: none;
  }
  button,
  input,
  textarea,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    min-height: 36px;
    padding: 4px 14px;
    border: 1px solid var(--control);
    border-radius: var(--radius);
    background: var(--paper);
    cursor: pointer;
  }
  button:hover:not(:disabled) {
    background: var(--shade);
  }
  button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  button.main {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
  }
  button.grave {
    background: var(--danger);
    border-color: var(--danger);
    color: var(--on-danger);
    font-weight: 600;
    font-size: 16px;
    padding: 8px 20px;
  }
  button.main:hover:not(:disabled),
  button.grave:hover:not(:disabled) {
    filter: brightness(1.08);
  }
  button.plain {
    border-color: transparent;
    background: none;
    padding: 4px 8px;
  }
  button.plain:hover:not(:disabled) {
    background: var(--shade);
  }
  button.stop {
    color: var(--danger);
  }
  a {
    color: var(--accent);
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  input:not([type='checkbox'], [type='radio'], [type='file']),
  textarea,
  select {
    background: var(--paper);
    border: 1px solid var(--control);
    border-radius: var(--radius);
    padding: 7px 10px;
    min-height: 38px;
    max-width: 100%;
  }
  input[type='number'] {
    width: 88px;
  }
  input[type='checkbox'],
  input[type='radio'] {
    width: 18px;
    height: 18px;
    margin: 0;
    accent-color: var(--accent);
    flex: none;
  }
  label.choice {
    display: flex;
    gap: 8px;
    align-items: center;
    min-height: 32px;
  }
  .soft {
    color: var(--soft);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
  }
  .spread {
    justify-content: space-between;
  }
  .stack {
    display: grid;
    gap: 12px;
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
  }
  .note {
    border-left: 4px solid var(--control);
    background: var(--shade);
    padding: 8px 12px;
    border-radius: var(--radius);
  }
  .note.amber {
    border-color: var(--amber);
    background: var(--amber-paper);
  }
  .note.bad {
    border-color: var(--danger);
  }
  .card {
    border: 1px solid var(--line);
    border-radius: var(--radius);
    padding: 12px;
  }
  .bubble {
    background: var(--shade);
    border-radius: var(--radius);
    padding: 12px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  details > summary {
    cursor: pointer;
    min-height: 24px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th {
    text-align: left;
    font-weight: 600;
    color: var(--soft);
  }
  th,
  td {
    padding: 6px 8px;
    border-bottom: 1px solid var(--line);
    vertical-align: top;
    overflow-wrap: anywhere;
  }
  .number {
    text-align: right;
    white-space: nowrap;
  }
  .scroll {
    overflow: auto;
    max-height: 320px;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
      animation: none !important;
    }
  }
`,st=c`
  dialog {
    width: min(1080px, 100vw);
    height: min(780px, 100dvh);
    max-width: none;
    max-height: none;
    padding: 0;
    border: 1px solid var(--line);
    border-radius: calc(var(--radius) * 1.5);
    background: var(--paper);
    color: inherit;
    overflow: hidden;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 0.45);
  }
  .part {
    display: block;
    min-height: 0;
    overflow: auto;
  }
  .options {
    border-top: 1px solid var(--line);
    padding-top: 12px;
  }
  .indent {
    padding-left: 26px;
  }
  .lower {
    align-self: end;
  }
  .people li {
    display: flex;
    gap: 8px;
    padding: 4px 0;
  }
  .reason {
    padding-top: 8px;
  }
  .line {
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  details[open] > .line {
    white-space: normal;
  }
  h2:focus {
    outline: none;
  }
  .sheet {
    display: grid;
    grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
    height: 100%;
  }
  .top {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 4px 16px;
    padding: 20px 24px 12px;
    border-bottom: 1px solid var(--line);
  }
  .under {
    grid-column: 1 / -1;
    min-height: 24px;
  }
  .body {
    overflow: auto;
    padding: 16px 24px;
    display: grid;
    gap: 16px;
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
  }
  .foot {
    display: flex;
    flex-wrap: wrap;
    gap: 12px;
    align-items: center;
    justify-content: flex-end;
    padding: 12px 24px;
    border-top: 1px solid var(--line);
    background: var(--paper);
  }
  .foot .say {
    flex: 1 1 200px;
  }
  .columns {
    display: grid;
    gap: 24px;
    grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
  }
  .text {
    position: relative;
  }
  .text textarea {
    display: block;
    width: 100%;
    min-height: 176px;
    resize: vertical;
  }
  .listbox {
    position: absolute;
    inset: auto 8px 8px;
    max-height: 150px;
    overflow: auto;
    background: var(--paper);
    border: 1px solid var(--control);
    border-radius: var(--radius);
    box-shadow: 0 4px 16px rgb(0 0 0 / 0.2);
  }
  .listbox li {
    padding: 6px 12px;
    cursor: pointer;
    display: flex;
    gap: 12px;
  }
  .listbox li span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .listbox [aria-selected='true'] {
    background: var(--accent);
    color: var(--on-accent);
  }
  .preview .bubble {
    height: 176px;
    overflow: auto;
  }
  [role='tablist'] {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
  }
  [role='tab'] {
    min-height: 32px;
    border-color: transparent;
    background: none;
    padding: 2px 10px;
  }
  [role='tab'][aria-selected='true'] {
    border-color: var(--accent);
    font-weight: 600;
  }
  .big {
    font-size: 28px;
    line-height: 36px;
    font-weight: 650;
  }
  .samples {
    display: grid;
    gap: 12px;
    grid-template-columns: repeat(auto-fit, minmax(220px, 1fr));
  }
  .samples .bubble {
    max-height: 200px;
    overflow: auto;
  }
  .bar {
    display: grid;
    grid-template-columns: 88px minmax(60px, 1fr) minmax(0, 2fr);
    gap: 4px 12px;
    align-items: center;
    min-height: 32px;
  }
  .bar svg {
    width: 100%;
    height: 12px;
    border-radius: 6px;
    background: var(--line);
    display: block;
  }
  .bar .reached {
    fill: var(--accent);
  }
  .bar .failed {
    fill: var(--danger);
  }
  .bar .uncertain {
    fill: var(--amber);
  }
  .bar .skipped {
    fill: var(--control);
  }
  .field {
    display: grid;
    gap: 4px;
    justify-items: start;
  }
  @media (max-width: 720px) {
    dialog {
      width: 100vw;
      height: 100dvh;
      border: 0;
      border-radius: 0;
    }
    .columns {
      grid-template-columns: minmax(0, 1fr);
      gap: 16px;
    }
    .top {
      padding: 12px 16px 8px;
    }
    .body {
      padding: 12px 16px;
    }
    .foot {
      padding: 8px 16px;
    }
    h2 {
      font-size: 18px;
      line-height: 24px;
    }
    .bar {
      grid-template-columns: 80px minmax(0, 1fr);
    }
    .bar > :last-child {
      grid-column: 1 / -1;
    }
  }
`,ct=/* @__PURE__ */ t({batch_statuses:()=>ft,channels:()=>ut,codes:()=>I,preflight_warnings:()=>mt,reasons:()=>pt,sentences:()=>lt,statuses:()=>dt,tags:()=>ht}),lt={will_get:{one:`{n} of {of} conversations will get this message`,other:`{n} of {of} conversations will get this message`},will_get_all:{one:`1 conversation will get this message`,other:`All {n} conversations will get this message`},counting:`Counting the conversations …`,selected_only:{one:`1 conversation is selected`,other:`{n} conversations are selected`},counted_on_review:`Who can be reached is worked out on Review.`,nobody_left_out:`Nobody is left out.`,left_out:{one:`1 will not get it`,other:`{n} will not get it`},review:`Review`,back:`Back`,close:`Close`,send_to:{one:`Send to 1 conversation`,other:`Send to {n} conversations`},cannot_be_recalled:`This cannot be recalled once it is sent.`,message:`Message`,message_hint:`Type / for a snippet.`,preview:`Preview`,preview_empty:`Write a text to see it as a customer gets it.`,preview_nobody:`Nobody of those shown would get this text.`,previous:`Previous recipient`,next:`Next recipient`,place_of:`{i} of {n}`,to:`To {name}`,unnamed:`a customer without a name`,insert_tag:`Insert a value`,insert:`Insert`,if_missing:`If it is missing, write`,snippets:`Snippets`,attach:`Attach a file`,attaching:`Uploading {name} …`,remove:`Remove {name}`,without_file:`goes without the file`,with_file:`goes with the file`,options:`Options`,mark_as_done:`Mark as Done when it is sent`,hold:`Hold for 30 s so that it can be undone`,schedule:`Send later`,schedule_at:`Date and time`,sample:`First a sample of`,sample_unit:`then wait for me`,blank:`Where a value is missing, leave it blank and send`,blank_hint:`Otherwise these people are left out.`,template:`WhatsApp template for closed windows`,template_name:`Name of the approved template`,template_language:`Language`,template_parameters:`Values, one a line`,segments:{one:`1 SMS segment`,other:`{n} SMS segments`},used_of_bytes:`{used} of {n} bytes`,used_of_characters:`{used} of {n} characters`,warnings:`Good to know`,confirm_title:{one:`1 conversation will get this message`,other:`{n} conversations will get this message`},changed:`It was {before} when you looked before; it is {n} now.`,changed_more:{one:`One more than before.`,other:`{n} more than before.`},changed_less:{one:`One fewer than before.`,other:`{n} fewer than before.`},frozen:`The selection is frozen: exactly these get it, whatever changes meanwhile.`,text_for:`What they will read`,costs:`What it costs`,costs_nothing:`No billed messages.`,cost_sms:{one:`1 SMS segment`,other:`{n} SMS segments`},cost_whatsapp:{one:`1 WhatsApp message inside the window`,other:`{n} WhatsApp messages inside the window`},cost_template:{one:`1 WhatsApp template message`,other:`{n} WhatsApp template messages`},type_number:`Type {n} to confirm the number`,expires:`Confirm until {time}.`,preparing:{one:`Preparing 1 conversation …`,other:`Preparing {n} conversations …`},preparing_hint:`You can close this; it goes on.`,will_hold:`It is held for 30 s first, and can be undone.`,will_schedule:`It is sent on {time}.`,will_sample:{one:`One goes first; the others wait for you.`,other:`{n} go first; the others wait for you.`},will_mark_done:`The conversations are marked as Done.`,expired:`This was not confirmed in time. Nothing was sent.`,review_again:`Review again`,undo:`Undo`,sends_in:`Sends in {n} s`,sends_at:`Sends on {time}`,sending:`Sending: {done} of {n}`,you_can_close:`You can close this; it goes on.`,pause:`Pause`,resume:`Go on`,stop:`Stop for good`,stop_sure:`Stop for good? What is not sent yet will never be sent.`,keep_sending:`Keep sending`,paused_person:`Paused.`,paused_sample:{one:`The sample is sent. One other waits.`,other:`The sample is sent. {n} others wait.`},paused_failures:`Paused, because many failed. Look at the reasons before you go on.`,paused_account:`Paused: an account cannot send.`,go_on_with:{one:`Go on with the other one`,other:`Go on with the other {n}`},sent_to:{one:`Sent to 1.`,other:`Sent to {n}.`},n_failed:{one:`1 failed.`,other:`{n} failed.`},n_unknown:{one:`1 is not known.`,other:`{n} are not known.`},n_cancelled:{one:`1 was not sent.`,other:`{n} were not sent.`},undone:`Undone. Nothing was sent.`,waits:`{channel} waits: {reason}`,waits_until:`{channel} waits until {time}: {reason}`,try_again:`Try again`,awaits_approval:`Waits for a second person`,awaits_approval_hint:{one:`Somebody else must approve it before 1 conversation gets this message.`,other:`Somebody else must approve it before {n} conversations get this message.`},approve:{one:`Approve sending to 1 conversation`,other:`Approve sending to {n} conversations`},reject:`Reject`,reject_reason:`Why not?`,rejected_by:`{name} rejected it: {reason}`,asked_by:`{name} wants to send this`,withdraw:`Withdraw`,results:`Results`,retry_hint:`Only failures that may pass are sent again.`,export:`Export as CSV`,follow_up:`Write to those who got it`,follow_up_failed:`Write to those who did not`,not_again:`It is not sent again by itself.`,mark:`What happened to the ticked ones?`,mark_sent:`They were sent`,mark_not_sent:`They were not sent`,mark_again:`Not sent: send again`,mark_risk:`If it arrived after all, the customer gets it twice.`,mark_why:`How do you know?`,settling:`can be decided from {time}`,show_more:`Show more`,loading:`Loading …`,nothing_here:`Nothing here.`,by_channel:`By channel`,offline:`No connection. Nothing is lost: it goes on. This shows the last known state of {time}.`,offline_write:`No connection. Your text is kept.`,unreachable:`The service does not answer. Nothing was changed, as far as this page knows.`,session_over:`Your session is over. Your text is kept.`,sign_in_again:`Sign in again`,busy:`The service is busy. Trying again in {n} s …`,no_permission:`Your role can look at conversations, not send mass replies.`,empty_selection:`No conversation matches this selection.`,nothing_to_send:`Nobody of those selected can get this message.`,discard_title:`Throw the text away?`,discard:`Throw away`,keep:`Keep writing`,keep_for_later:`Keep for later`,draft_kept:`Your draft of {time} is here again.`,failed_action:`That did not work: {detail}`,nav_conversations:`Conversations`,nav_mass_replies:`Mass replies`,nav_accounts:`Accounts`,nav_settings:`Settings`,sign_in:`Sign in`,sign_out:`Sign out`,sign_in_hint:`With an API key, or a token of your helpdesk.`,key:`Key or token`,in_memory:`It is kept in memory only: a reload asks again.`,key_refused:`This key or token is not accepted.`,total:{one:`1 conversation`,other:`{n} conversations`},tick_page:`Tick this page`,contact:`Customer`,col_channel:`Channel`,col_state:`State`,col_time:`When`,col_who:`Who`,filter_tag:`Tag`,filter_channel:`Channel`,filter_status:`Status`,filter_engagement:`Whose turn`,filter_team:`Team`,filter_assignee:`Assignee`,filter_subject:`Subject contains`,any:`Any`,clear:`Clear filters`,shown_of:`{shown} of {n} are shown`,bulk:`What is ticked`,n_selected:{one:`1 selected`,other:`{n} selected`},all_matching:`All {n} matching`,clear_selection:`Clear`,mass_reply:`Mass reply`,tick_hint:`Tick conversations to write to them at once.`,dispatched:{one:`Dispatched to 1 conversation.`,other:`Dispatched to {n} conversations.`},look:`See what becomes of it`,thread:`Conversation`,recipients:`Recipients`,open_dialog:`Open`,by_at:`{name}, {time}`,html_part:`As HTML, for e-mail and chat`,selected_by:`Selected by`,counts:`Numbers`,sum:`selected`,log:`Who did what`,needs_admin:`Only an administrator sees this.`,no_accounts:`There is no account yet. Without one nothing can be sent.`,per_second:{one:`1 a second`,other:`{n} a second`},callback_address:`Callback address, to enter at the provider`,copy:`Copy the address`,copied:`Copied`,test:`Test`,setup_postmark:`Postmark: under Servers, Webhooks, add this address for delivery, bounce and spam complaint.`,setup_sendgrid:`SendGrid: under Settings, Mail Settings, Event Webhook, enter this address and turn on signing.`,setup_smtp:`SMTP: nothing to enter; a mail server reports nothing later.`,setup_twilio:`Twilio: under the number or the messaging service, enter this address for incoming messages.`,setup_whatsapp_cloud:`Meta: in the app, under WhatsApp, Configuration, enter this address and your verify token.`,setup_meta:`Meta: in the app, under Messenger or Instagram, Webhooks, enter this address and your verify token.`,setup_webchat:`Web chat is built in: nothing to enter.`,setup_webhook:`Your own endpoint reports to this address, signed with the shared secret.`,setup_other:`Enter this address at the provider.`,guards:`Guards`,guard_approval_above:`A second person above so many recipients`,guard_max_per_contact_per_day:`Most messages to one customer in 24 h`,guard_inactive_after_days:`Inactive after so many days`,guard_agent:`Most recipients for agents`,guard_once:`Only one message to a customer with several conversations`,guard_skip:`Leave inactive conversations out`,save:`Save`,is_saved:`Saved.`,shortcode:`Shortcode`,snippet_text:`Text`,rules:`Rules`,webhooks:`Webhooks`,keys:`API keys`,revoked:`revoked`},ut={email:`E-mail`,chat:`Chat`,sms:`SMS`,whatsapp:`WhatsApp`,voice:`Voice`,facebook:`Messenger`,instagram:`Instagram`,other:`Other`},dt={queued:`waiting`,sending:`being sent`,sent:`sent`,delivered:`delivered`,read:`read`,failed:`failed`,uncertain:`not known`,skipped:`left out`,cancelled:`not sent`},ft={preparing:`Being prepared`,awaiting_confirmation:`Not confirmed yet`,awaiting_approval:`Waits for a second person`,scheduled:`Scheduled`,sending:`Sending`,paused:`Paused`,completed:`Finished`,cancelled:`Stopped`,expired:`Expired`},pt={voice_not_supported:`voice calls cannot be answered with a text`,no_address:`there is no address to write to`,address_invalid:`the address is not valid`,opted_out:`they asked for no more messages`,window_closed:`the time to answer on this channel is over`,merge_tag_unresolved:`a value in the text is missing for them`,message_too_long:`the text is too long for the channel`,no_channel_account:`there is no account to send from`,conversation_archived:`the conversation is archived or gone`,duplicate_contact:`the same person gets it in another conversation`,inactive_conversation:`they have not written for long`,contact_limit:`they got as many messages today as are allowed`,invalid_recipient:`the provider says that the address is not valid`,blocked:`they have blocked us`,bounced:`the mail came back`,complained:`they reported us as spam`,unreachable:`the provider could not reach them`,content_rejected:`the provider refused the content`,template_rejected:`the provider refused the template`,provider_rejected:`the provider refused it`,too_late:`it could not be sent in time`,marked_not_sent:`somebody marked it as not sent`,answer_lost:`the provider’s answer was lost`,worker_lost:`sending was cut off in the middle`,cancelled:`it was stopped before its turn`,expired:`it was not confirmed in time`,rejected:`the second person rejected it`},mt={attachment_dropped:`without the file, which this channel does not carry`,sent_as_template:`with the approved template, for the time to answer is over`,inactive_conversation:`to people who have not written for long`,duplicate_contact:`to people who get it more than once`,recent_mass_reply:`to people who got another mass reply within a day`,multiple_segments:`as more than one SMS segment, each billed`,unknown_snippet:`with a /shortcode that names no snippet`},ht={"contact.first_name":`First name`,"contact.name":`Full name`,"contact.email":`E-mail address`,"conversation.human_id":`Reference`,"conversation.subject":`Subject`,"agent.name":`Your name`,"agent.email":`Your e-mail address`,"tenant.name":`Company`},I={"status.active":`Active`,"status.snoozed":`Snoozed`,"status.done":`Done`,"status.archived":`Archived`,"engagement.pending":`Ours`,"engagement.engaged":`The customer’s`,"kind.customer_message":`Customer`,"kind.reply":`Reply`,"kind.system_note":`Note`,"kind.system_error":`Error`,"account.ready":`● ready`,"account.cooling":`◐ waits`,"account.paused":`◼ paused`,"account.disabled":`○ off`,"credentials.ok":`✓ Works.`,"credentials.refused":`✕ Refused.`,"credentials.unknown":`? Not known.`,"callbacks.verified":`Callbacks come in`,"callbacks.not_verified":`The last callback was not the provider’s`,"callbacks.none_yet":`No callback yet`},gt=/* @__PURE__ */ t({batch_statuses:()=>bt,channels:()=>vt,codes:()=>wt,preflight_warnings:()=>St,reasons:()=>xt,sentences:()=>_t,statuses:()=>yt,tags:()=>Ct}),_t={will_get:{one:`{n} von {of} Unterhaltungen bekommt diese Nachricht`,other:`{n} von {of} Unterhaltungen bekommen diese Nachricht`},will_get_all:{one:`1 Unterhaltung bekommt diese Nachricht`,other:`Alle {n} Unterhaltungen bekommen diese Nachricht`},counting:`Die Unterhaltungen werden gezählt …`,selected_only:{one:`1 Unterhaltung ist ausgewählt`,other:`{n} Unterhaltungen sind ausgewählt`},counted_on_review:`Wer erreichbar ist, wird beim Prüfen ermittelt.`,nobody_left_out:`Niemand wird ausgelassen.`,left_out:{one:`1 bekommt sie nicht`,other:`{n} bekommen sie nicht`},review:`Prüfen`,back:`Zurück`,close:`Schließen`,send_to:{one:`An 1 Unterhaltung senden`,other:`An {n} Unterhaltungen senden`},cannot_be_recalled:`Einmal gesendet, lässt sich das nicht zurückholen.`,message:`Nachricht`,message_hint:`/ öffnet Textbausteine.`,preview:`Vorschau`,preview_empty:`Schreiben Sie einen Text, um ihn zu sehen, wie ein Kunde ihn bekommt.`,preview_nobody:`Niemand der Gezeigten bekäme diesen Text.`,previous:`Voriger Empfänger`,next:`Nächster Empfänger`,place_of:`{i} von {n}`,to:`An {name}`,unnamed:`einen Kunden ohne Namen`,insert_tag:`Wert einfügen`,insert:`Einfügen`,if_missing:`Wenn er fehlt, schreibe`,snippets:`Textbausteine`,attach:`Datei anhängen`,attaching:`{name} wird hochgeladen …`,remove:`{name} entfernen`,without_file:`geht ohne die Datei`,with_file:`geht mit der Datei`,options:`Einstellungen`,mark_as_done:`Nach dem Senden als erledigt markieren`,hold:`30 s zurückhalten, damit es sich rückgängig machen lässt`,schedule:`Später senden`,schedule_at:`Tag und Uhrzeit`,sample:`Zuerst eine Stichprobe von`,sample_unit:`dann auf mich warten`,blank:`Fehlt ein Wert, leer lassen und senden`,blank_hint:`Sonst werden diese Personen ausgelassen.`,template:`WhatsApp-Vorlage für abgelaufene Fristen`,template_name:`Name der genehmigten Vorlage`,template_language:`Sprache`,template_parameters:`Werte, einer je Zeile`,segments:{one:`1 SMS-Segment`,other:`{n} SMS-Segmente`},used_of_bytes:`{used} von {n} Bytes`,used_of_characters:`{used} von {n} Zeichen`,warnings:`Gut zu wissen`,confirm_title:{one:`1 Unterhaltung bekommt diese Nachricht`,other:`{n} Unterhaltungen bekommen diese Nachricht`},changed:`Vorhin waren es {before}; jetzt sind es {n}.`,changed_more:{one:`Eine mehr als vorher.`,other:`{n} mehr als vorher.`},changed_less:{one:`Eine weniger als vorher.`,other:`{n} weniger als vorher.`},frozen:`Die Auswahl steht fest: genau diese bekommen sie, was auch immer sich inzwischen ändert.`,text_for:`Was sie lesen werden`,costs:`Was es kostet`,costs_nothing:`Keine abgerechneten Nachrichten.`,cost_sms:{one:`1 SMS-Segment`,other:`{n} SMS-Segmente`},cost_whatsapp:{one:`1 WhatsApp-Nachricht innerhalb der Frist`,other:`{n} WhatsApp-Nachrichten innerhalb der Frist`},cost_template:{one:`1 WhatsApp-Vorlage`,other:`{n} WhatsApp-Vorlagen`},type_number:`Zur Bestätigung {n} eingeben`,expires:`Bestätigen bis {time}.`,preparing:{one:`1 Unterhaltung wird vorbereitet …`,other:`{n} Unterhaltungen werden vorbereitet …`},preparing_hint:`Sie können das schließen; es geht weiter.`,will_hold:`Es wird zuerst 30 s zurückgehalten und lässt sich rückgängig machen.`,will_schedule:`Gesendet wird am {time}.`,will_sample:{one:`Eine geht zuerst; die anderen warten auf Sie.`,other:`{n} gehen zuerst; die anderen warten auf Sie.`},will_mark_done:`Die Unterhaltungen werden als erledigt markiert.`,expired:`Das wurde nicht rechtzeitig bestätigt. Nichts wurde gesendet.`,review_again:`Neu prüfen`,undo:`Rückgängig`,sends_in:`Gesendet wird in {n} s`,sends_at:`Gesendet wird am {time}`,sending:`Wird gesendet: {done} von {n}`,you_can_close:`Sie können das schließen; es geht weiter.`,pause:`Anhalten`,resume:`Fortsetzen`,stop:`Endgültig stoppen`,stop_sure:`Endgültig stoppen? Was noch nicht gesendet ist, wird nie gesendet.`,keep_sending:`Weiter senden`,paused_person:`Angehalten.`,paused_sample:{one:`Die Stichprobe ist gesendet. Eine weitere wartet.`,other:`Die Stichprobe ist gesendet. {n} weitere warten.`},paused_failures:`Angehalten, weil viele gescheitert sind. Sehen Sie sich die Gründe an, bevor Sie fortsetzen.`,paused_account:`Angehalten: ein Konto kann nicht senden.`,go_on_with:{one:`Mit der anderen fortsetzen`,other:`Mit den anderen {n} fortsetzen`},sent_to:{one:`An 1 gesendet.`,other:`An {n} gesendet.`},n_failed:{one:`1 gescheitert.`,other:`{n} gescheitert.`},n_unknown:{one:`1 ungewiss.`,other:`{n} ungewiss.`},n_cancelled:{one:`1 nicht gesendet.`,other:`{n} nicht gesendet.`},undone:`Rückgängig gemacht. Nichts wurde gesendet.`,waits:`{channel} wartet: {reason}`,waits_until:`{channel} wartet bis {time}: {reason}`,try_again:`Erneut versuchen`,awaits_approval:`Wartet auf eine zweite Person`,awaits_approval_hint:{one:`Jemand anderes muss zustimmen, bevor 1 Unterhaltung diese Nachricht bekommt.`,other:`Jemand anderes muss zustimmen, bevor {n} Unterhaltungen diese Nachricht bekommen.`},approve:{one:`Senden an 1 Unterhaltung genehmigen`,other:`Senden an {n} Unterhaltungen genehmigen`},reject:`Ablehnen`,reject_reason:`Warum nicht?`,rejected_by:`{name} hat abgelehnt: {reason}`,asked_by:`{name} möchte das senden`,withdraw:`Zurückziehen`,results:`Ergebnisse`,retry_hint:`Nur was vorübergehen kann, wird erneut gesendet.`,export:`Als CSV exportieren`,follow_up:`An die schreiben, die sie bekamen`,follow_up_failed:`An die schreiben, die sie nicht bekamen`,not_again:`Von selbst wird es nicht erneut gesendet.`,mark:`Was ist mit den angehakten geschehen?`,mark_sent:`Sie wurden gesendet`,mark_not_sent:`Sie wurden nicht gesendet`,mark_again:`Nicht gesendet: erneut senden`,mark_risk:`Kam sie doch an, bekommt der Kunde sie zweimal.`,mark_why:`Woher wissen Sie das?`,settling:`entscheidbar ab {time}`,show_more:`Mehr zeigen`,loading:`Wird geladen …`,nothing_here:`Hier ist nichts.`,by_channel:`Nach Kanal`,offline:`Keine Verbindung. Nichts ist verloren: es geht weiter. Gezeigt wird der letzte bekannte Stand von {time}.`,offline_write:`Keine Verbindung. Ihr Text bleibt erhalten.`,unreachable:`Der Dienst antwortet nicht. Soweit diese Seite weiß, hat sich nichts geändert.`,session_over:`Ihre Sitzung ist abgelaufen. Ihr Text bleibt erhalten.`,sign_in_again:`Erneut anmelden`,busy:`Der Dienst ist ausgelastet. Neuer Versuch in {n} s …`,no_permission:`Ihre Rolle darf Unterhaltungen ansehen, aber keine Sammelantworten senden.`,empty_selection:`Keine Unterhaltung passt zu dieser Auswahl.`,nothing_to_send:`Niemand der Ausgewählten kann diese Nachricht bekommen.`,discard_title:`Den Text verwerfen?`,discard:`Verwerfen`,keep:`Weiterschreiben`,keep_for_later:`Für später behalten`,draft_kept:`Ihr Entwurf von {time} ist wieder da.`,failed_action:`Das ging nicht: {detail}`,nav_conversations:`Unterhaltungen`,nav_mass_replies:`Sammelantworten`,nav_accounts:`Konten`,nav_settings:`Einstellungen`,sign_in:`Anmelden`,sign_out:`Abmelden`,sign_in_hint:`Mit einem API-Schlüssel oder einem Token Ihres Helpdesks.`,key:`Schlüssel oder Token`,in_memory:`Er bleibt nur im Speicher: nach einem Neuladen wird wieder gefragt.`,key_refused:`Dieser Schlüssel oder dieses Token wird nicht angenommen.`,total:{one:`1 Unterhaltung`,other:`{n} Unterhaltungen`},tick_page:`Diese Seite anhaken`,contact:`Kunde`,col_channel:`Kanal`,col_state:`Stand`,col_time:`Wann`,col_who:`Wer`,filter_tag:`Tag`,filter_channel:`Kanal`,filter_status:`Stand`,filter_engagement:`Wer ist dran`,filter_team:`Team`,filter_assignee:`Zuständig`,filter_subject:`Betreff enthält`,any:`Alle`,clear:`Filter leeren`,shown_of:`{shown} von {n} sind gezeigt`,bulk:`Was angehakt ist`,n_selected:{one:`1 ausgewählt`,other:`{n} ausgewählt`},all_matching:`Alle {n} passenden`,clear_selection:`Leeren`,mass_reply:`Sammelantwort`,tick_hint:`Haken Sie Unterhaltungen an, um allen zugleich zu schreiben.`,dispatched:{one:`An 1 Unterhaltung auf den Weg gebracht.`,other:`An {n} Unterhaltungen auf den Weg gebracht.`},look:`Sehen, was daraus wird`,thread:`Unterhaltung`,recipients:`Empfänger`,open_dialog:`Öffnen`,by_at:`{name}, {time}`,html_part:`Als HTML, für E-Mail und Chat`,selected_by:`Ausgewählt nach`,counts:`Zahlen`,sum:`ausgewählt`,log:`Wer was getan hat`,needs_admin:`Das sieht nur, wer verwaltet.`,no_accounts:`Es gibt noch kein Konto. Ohne Konto lässt sich nichts senden.`,per_second:{one:`1 je Sekunde`,other:`{n} je Sekunde`},callback_address:`Rückruf-Adresse, beim Anbieter einzutragen`,copy:`Adresse kopieren`,copied:`Kopiert`,test:`Prüfen`,setup_postmark:`Postmark: unter Servers, Webhooks diese Adresse für Delivery, Bounce und Spam Complaint eintragen.`,setup_sendgrid:`SendGrid: unter Settings, Mail Settings, Event Webhook diese Adresse eintragen und Signieren einschalten.`,setup_smtp:`SMTP: nichts einzutragen; ein Mailserver meldet später nichts.`,setup_twilio:`Twilio: bei der Nummer oder dem Messaging Service diese Adresse für eingehende Nachrichten eintragen.`,setup_whatsapp_cloud:`Meta: in der App unter WhatsApp, Configuration diese Adresse und Ihr Verify Token eintragen.`,setup_meta:`Meta: in der App unter Messenger oder Instagram, Webhooks diese Adresse und Ihr Verify Token eintragen.`,setup_webchat:`Der Web-Chat ist eingebaut: nichts einzutragen.`,setup_webhook:`Ihr eigener Endpunkt meldet an diese Adresse, signiert mit dem gemeinsamen Geheimnis.`,setup_other:`Tragen Sie diese Adresse beim Anbieter ein.`,guards:`Grenzen`,guard_approval_above:`Zweite Person ab mehr Empfängern als`,guard_max_per_contact_per_day:`Höchstens so viele an einen Kunden in 24 h`,guard_inactive_after_days:`Inaktiv nach so vielen Tagen`,guard_agent:`Höchstens so viele Empfänger für Agenten`,guard_once:`Nur eine Nachricht an Kunden mit mehreren Unterhaltungen`,guard_skip:`Inaktive Unterhaltungen auslassen`,save:`Speichern`,is_saved:`Gespeichert.`,shortcode:`Kürzel`,snippet_text:`Text`,rules:`Regeln`,webhooks:`Webhooks`,keys:`API-Schlüssel`,revoked:`widerrufen`},vt={email:`E-Mail`,chat:`Chat`,sms:`SMS`,whatsapp:`WhatsApp`,voice:`Telefon`,facebook:`Messenger`,instagram:`Instagram`,other:`Andere`},yt={queued:`wartet`,sending:`wird gesendet`,sent:`gesendet`,delivered:`zugestellt`,read:`gelesen`,failed:`gescheitert`,uncertain:`ungewiss`,skipped:`ausgelassen`,cancelled:`nicht gesendet`},bt={preparing:`Wird vorbereitet`,awaiting_confirmation:`Noch nicht bestätigt`,awaiting_approval:`Wartet auf eine zweite Person`,scheduled:`Geplant`,sending:`Wird gesendet`,paused:`Angehalten`,completed:`Fertig`,cancelled:`Gestoppt`,expired:`Abgelaufen`},xt={voice_not_supported:`Anrufe lassen sich nicht mit einem Text beantworten`,no_address:`es gibt keine Adresse`,address_invalid:`die Adresse ist ungültig`,opted_out:`sie wollen keine Nachrichten mehr`,window_closed:`die Antwortfrist dieses Kanals ist abgelaufen`,merge_tag_unresolved:`ein Wert im Text fehlt für sie`,message_too_long:`der Text ist zu lang für den Kanal`,no_channel_account:`es gibt kein Konto zum Senden`,conversation_archived:`die Unterhaltung ist archiviert oder fort`,duplicate_contact:`dieselbe Person bekommt sie in einer anderen Unterhaltung`,inactive_conversation:`sie haben lange nicht geschrieben`,contact_limit:`sie bekamen heute so viele Nachrichten wie erlaubt`,invalid_recipient:`der Anbieter hält die Adresse für ungültig`,blocked:`sie haben uns blockiert`,bounced:`die Mail kam zurück`,complained:`sie haben uns als Spam gemeldet`,unreachable:`der Anbieter konnte sie nicht erreichen`,content_rejected:`der Anbieter lehnte den Inhalt ab`,template_rejected:`der Anbieter lehnte die Vorlage ab`,provider_rejected:`der Anbieter lehnte sie ab`,too_late:`sie ließ sich nicht rechtzeitig senden`,marked_not_sent:`jemand hat sie als nicht gesendet markiert`,answer_lost:`die Antwort des Anbieters ging verloren`,worker_lost:`das Senden wurde unterbrochen`,cancelled:`vorher gestoppt`,expired:`nicht rechtzeitig bestätigt`,rejected:`die zweite Person lehnte ab`},St={attachment_dropped:`ohne die Datei, die dieser Kanal nicht mitnimmt`,sent_as_template:`mit der genehmigten Vorlage, da die Antwortfrist abgelaufen ist`,inactive_conversation:`an Personen, die lange nicht geschrieben haben`,duplicate_contact:`an Personen, die sie mehr als einmal bekommen`,recent_mass_reply:`an Personen, die binnen eines Tages schon eine Sammelantwort bekamen`,multiple_segments:`als mehr als ein SMS-Segment, jedes abgerechnet`,unknown_snippet:`mit einem /Kürzel ohne Textbaustein`},Ct={"contact.first_name":`Vorname`,"contact.name":`Voller Name`,"contact.email":`E-Mail-Adresse`,"conversation.human_id":`Kennung`,"conversation.subject":`Betreff`,"agent.name":`Ihr Name`,"agent.email":`Ihre E-Mail-Adresse`,"tenant.name":`Firma`},wt={"status.active":`Aktiv`,"status.snoozed":`Zurückgestellt`,"status.done":`Erledigt`,"status.archived":`Archiviert`,"engagement.pending":`Wir`,"engagement.engaged":`Der Kunde`,"kind.customer_message":`Kunde`,"kind.reply":`Antwort`,"kind.system_note":`Notiz`,"kind.system_error":`Fehler`,"account.ready":`● bereit`,"account.cooling":`◐ wartet`,"account.paused":`◼ angehalten`,"account.disabled":`○ aus`,"credentials.ok":`✓ Geht.`,"credentials.refused":`✕ Abgelehnt.`,"credentials.unknown":`? Ungewiss.`,"callbacks.verified":`Rückrufe kommen an`,"callbacks.not_verified":`Der letzte Rückruf war nicht vom Anbieter`,"callbacks.none_yet":`Noch kein Rückruf`},Tt={hour:`2-digit`,minute:`2-digit`},Et={day:`numeric`,month:`short`,...Tt},Dt={dateStyle:`full`,timeStyle:`medium`},Ot=class{#e;#t;#n;#r;constructor(e){this.locale=e,this.say=(e,t={})=>{let n=this.#e[e];return(typeof n==`string`?n:n[this.#r.select(Number(t.n))===`one`?`one`:`other`]).replace(/\{(\w+)\}/g,(e,n)=>this.#i(t[n]))},this.number=e=>this.#n.format(e),this.channel=e=>L(this.#t.channels,e),this.status=e=>L(this.#t.statuses,e),this.batchStatus=e=>L(this.#t.batch_statuses,e),this.reason=e=>L(this.#t.reasons,e),this.warning=e=>L(this.#t.preflight_warnings,e),this.tag=e=>L(this.#t.tags,e),this.named=(e,t)=>this.#t.codes[`${e}.${t}`]??(e===`channel`?this.channel(t):t.replaceAll(`_`,` `)),this.time=e=>{let t=new Date(e),n=t.toDateString()===(/* @__PURE__ */ new Date()).toDateString();return t.toLocaleString(this.locale,n?Tt:Et)},this.exact=e=>new Date(e).toLocaleString(this.locale,Dt),this.ago=e=>{let t=(new Date(e).getTime()-Date.now())/1e3,n=new Intl.RelativeTimeFormat(this.locale,{numeric:`auto`});for(let[e,r]of kt)if(Math.abs(t)>=r)return n.format(Math.trunc(t/r),e);return n.format(0,`second`)},this.#i=e=>typeof e==`number`?this.number(e):e??``,this.lang=e.toLowerCase().startsWith(`de`)?`de`:`en`,this.#t=this.lang===`de`?gt:ct,this.#e=this.#t.sentences;let t=e.toLowerCase().startsWith(this.lang)?e:this.lang;this.#n=new Intl.NumberFormat(t),this.#r=new Intl.PluralRules(t)}#i},kt=[[`year`,31536e3],[`month`,2592e3],[`day`,86400],[`hour`,3600],[`minute`,60]],L=(e,t)=>e[t]??t.replaceAll(`_`,` `),At=e=>e.closest(`[lang]`)?.lang||document.documentElement.lang||navigator.language||`en`;function R(e,t,n,r){var i=arguments.length,a=i<3?t:r===null?r=Object.getOwnPropertyDescriptor(t,n):r,o;if(typeof Reflect==`object`&&typeof Reflect.decorate==`function`)a=Reflect.decorate(e,t,n,r);else for(var s=e.length-1;s>=0;s--)(o=e[s])&&(a=(i<3?o(a):i>3?o(t,n,a):o(t,n))||a);return i>3&&a&&Object.defineProperty(t,n,a),a}var z=class extends k{createRenderRoot(){return this}#e=()=>this.requestUpdate();#t=null;willUpdate(){this.#t!==this.model&&(this.#t?.removeEventListener(`change`,this.#e),this.#t=this.model,this.#t.addEventListener(`change`,this.#e))}disconnectedCallback(){super.disconnectedCallback(),this.#t?.removeEventListener(`change`,this.#e),this.#t=null}};R([j({attribute:!1})],z.prototype,`model`,void 0),R([j({attribute:!1})],z.prototype,`words`,void 0);function jt(e,t,n){let r=/* @__PURE__ */ new Map;for(let i of e)r.set(t(i),(r.get(t(i))??0)+n(i));return[...r].sort((e,t)=>t[1]-e[1])}function Mt(e,t){return jt(t,e=>e.code,e=>e.count).map(([t,n])=>`${e.number(n)} × ${e.reason(t)}`).join(`; `)}function Nt(e,t){return jt(t,e=>e.code,e=>e.count).map(([n,r])=>{let i=t.filter(e=>e.code===n).map(t=>e.channel(t.channel));return x`<li><strong>${e.number(r)}</strong> ${e.warning(n)} <span class="soft">(${i.join(`, `)})</span></li>`})}var Pt=100,Ft=class extends z{constructor(...e){super(...e),this.status=`failed`,this.tickable=!1,this.ticked=/* @__PURE__ */ new Set,this.items=null,this.cursor=null,this.opened=!1,this.#e=``}#e;get count(){return this.model.batch?.counts?.[this.status]??0}updated(e){let t=`${this.model.batch?.id} ${this.status} ${this.count}`;this.opened&&this.#e!==t&&(this.#e=t,this.#t(null))}async#t(e){let t={status:this.status,limit:Pt,cursor:e??void 0};try{let n=await this.model.api.get(`/mass-replies/{id}/deliveries`,{path:{id:this.model.batch.id},query:t});this.items=e?[...this.items,...n.items]:n.items,this.cursor=n.next_cursor}catch{this.#e=``}}render(){if(this.count===0)return S;let{say:e}=this.words;return x`<details part="people" @toggle=${e=>this.opened=e.target.open}>
      <summary>${this.#n()}</summary>
      ${this.items===null?x`<p class="soft">${e(`loading`)}</p>`:this.#i(this.items)}
      ${this.cursor?x`<button @click=${()=>this.#t(this.cursor)}>${e(`show_more`)}</button>`:S}
    </details>`}#n(){let{say:e}=this.words,t=this.count;return this.status===`skipped`?x`${e(`left_out`,{n:t})}${this.#r()}`:this.status===`failed`?e(`n_failed`,{n:t}):this.status===`uncertain`?x`${e(`n_unknown`,{n:t})} <span class="soft">${e(`not_again`)}</span>`:e(`n_cancelled`,{n:t})}#r(){return x`<span class="soft"> · ${Mt(this.words,this.model.batch?.preflight?.skipped??[])}</span>`}#i(e){let{reason:t,channel:n,time:r,say:i}=this.words;return[...Map.groupBy(e,e=>e.reason?.code??`unknown`)].map(([e,a])=>x`<h3 class="reason">${t(e)} <span class="soft">(${this.words.number(a.length)})</span></h3>
        <div class="scroll" tabindex="0" role="region" aria-label=${t(e)}>
          <ul class="people">
            ${a.map(e=>{let t=e.settles_after&&new Date(e.settles_after)>/* @__PURE__ */ new Date?e.settles_after:null,a=e.contact_name??i(`unnamed`);return x`<li>
                ${this.tickable?x`<input type="checkbox" aria-label=${a} .checked=${this.ticked.has(e.conversation_id)} @change=${()=>this.#a(e)} />`:S}
                <span><strong>${a}</strong> · ${n(e.channel)}${e.human_id?` · ${e.human_id}`:``}
                  <span class="soft">${e.reason?.detail??``}${t?` (${i(`settling`,{time:r(t)})})`:``}</span></span>
              </li>`})}
          </ul>
        </div>`)}#a(e){let t=new Set(this.ticked);t.delete(e.conversation_id)||t.add(e.conversation_id),this.ticked=t,this.dispatchEvent(new CustomEvent(`ticked`,{detail:t,bubbles:!0}))}};R([j()],Ft.prototype,`status`,void 0),R([j({type:Boolean})],Ft.prototype,`tickable`,void 0),R([j({attribute:!1})],Ft.prototype,`ticked`,void 0),R([M()],Ft.prototype,`items`,void 0),R([M()],Ft.prototype,`cursor`,void 0),R([M()],Ft.prototype,`opened`,void 0),Ft=R([A(`mass-reply-people`)],Ft);var It=class extends z{constructor(...e){super(...e),this.typeFrom=100,this.typed=``}get isReady(){let e=this.model.batch?.recipient_count;return!e||this.model.batch?.status!==`awaiting_confirmation`?!1:e<this.typeFrom||this.typed.replace(/[\s.,’'  ]/g,``)===String(e)}shouldUpdate(){return this.model.batch!==null}render(){let{say:e}=this.words,t=this.model.batch,n=t.recipient_count;return t.status===`preparing`||n===null?x`<div class="body"><p class="soft">${e(`preparing_hint`)}</p></div>`:t.status===`expired`?x`<div class="body"><p class="note">${e(`expired`)}</p></div>`:x`<div class="body" part="body">
      ${this.#e(n)}
      <p>${e(`frozen`)}</p>
      <h3>${e(`text_for`)}</h3>
      <div class="samples">${this.#t()}</div>
      <div class="columns">
        <div class="stack"><h3>${e(`costs`)}</h3><ul>${this.#n()}</ul>${this.#r()}</div>
        <ul class="soft">${this.#i(n)}</ul>
      </div>
      <mass-reply-people .model=${this.model} .words=${this.words} status="skipped"></mass-reply-people>
      ${n>=this.typeFrom?x`<label class="field"
              ><strong>${e(`type_number`,{n})}</strong>
              <input inputmode="numeric" autocomplete="off" size="10" .value=${this.typed} @input=${this.#a} />
            </label>`:S}
    </div>`}#e(e){let{say:t}=this.words,n=this.model.shownBefore;if(n===null||n===e)return S;let r=e>n?t(`changed_more`,{n:e-n}):t(`changed_less`,{n:n-e});return x`<p class="note amber" role="alert">${t(`changed`,{before:n,n:e})} <strong>${r}</strong></p>`}#t(){let{channel:e,say:t}=this.words,n=/* @__PURE__ */ new Set;return[...this.model.batch.preflight.samples].sort((e,t)=>Number(n.has(e.channel))-Number(n.has((n.add(e.channel),t.channel)))).slice(0,3).map(n=>{let r=this.model.people.get(n.conversation_id)?.contact;return x`<div>
        <p class="soft">${e(n.channel)} · ${t(`to`,{name:r?.name??t(`unnamed`)})}</p>
        <div class="bubble" tabindex="0">${n.text}</div>
      </div>`})}#n(){let{say:e}=this.words,{billable:t}=this.model.batch.preflight,n=[[t.sms_segments,`cost_sms`],[t.whatsapp_in_window,`cost_whatsapp`],[t.whatsapp_templates,`cost_template`]].flatMap(([e,t])=>e?[{n:e,key:t}]:[]);return n.length?n.map(({n:t,key:n})=>x`<li>${e(n,{n:t})}</li>`):x`<li>${e(`costs_nothing`)}</li>`}#r(){let e=this.model.batch.preflight.warnings;return e.length?x`<ul class="note amber">${Nt(this.words,e)}</ul>`:S}#i(e){let{say:t,time:n}=this.words,{draft:r,batch:i}=this.model;return[r.sendAt?t(`will_schedule`,{time:n(new Date(r.sendAt).toISOString())}):r.hold?t(`will_hold`):null,r.sample!==null&&r.sample<e?t(`will_sample`,{n:r.sample}):null,i.mark_as_done?t(`will_mark_done`):null,i.expires_at?t(`expires`,{time:n(i.expires_at)}):null].map(e=>e&&x`<li>${e}</li>`)}#a(e){this.typed=e.target.value,this.dispatchEvent(new Event(`typed`,{bubbles:!0}))}};R([j({type:Number})],It.prototype,`typeFrom`,void 0),R([M()],It.prototype,`typed`,void 0),It=R([A(`mass-reply-confirm`)],It);function Lt(e,t){let n=/(^|[\s([{"'“‘«])\/([A-Za-z0-9][\w-]*)?$/.exec(e.slice(0,t));return n&&{start:n.index+n[1].length,name:n[2]??``}}var Rt=(e,t)=>t.trim()?`{{ ${e} | default: ${zt(t.trim())} }}`:`{{ ${e} }}`,zt=e=>e.includes(`'`)?`"${e.replaceAll(`"`,`”`)}"`:`'${e}'`,Bt=class extends z{constructor(...e){super(...e),this.typed=null,this.chosen=0,this.uploading=``,this.tag=`contact.first_name`,this.standIn=``}focusText(){this.area.focus()}get offered(){let{typed:e}=this;return e?this.model.snippets.filter(t=>t.shortcode.startsWith(e.name)).slice(0,50):[]}render(){let{say:e}=this.words,t=this.#e();return x`<div class="stack">
      <div class="field text">
        <label for="text"><strong>${e(`message`)}</strong> <span class="soft">${e(`message_hint`)}</span></label>
        <textarea
          id="text"
          part="text"
          rows="8"
          .value=${this.model.draft.text}
          aria-describedby="faults"
          aria-invalid=${t.length>0}
          aria-controls="snippets"
          aria-autocomplete="list"
          aria-activedescendant=${this.offered.length?`snippet-${this.chosen}`:S}
          @input=${this.#s}
          @keydown=${this.#c}
          @blur=${()=>this.typed=null}
        ></textarea>
        ${this.#t()}
      </div>
      <div id="faults" aria-live="polite">
        ${t.map(e=>x`<p class="note bad">${e.detail}</p>`)}
      </div>
      ${this.#n()} ${this.#i()}
    </div>`}#e(){let{trouble:e}=this.model;return!e||!(`faults`in e)?[]:e.faults.filter(e=>e.pointer.startsWith(`/message`)||e.pointer.startsWith(`/whatsapp`))}#t(){let{say:e}=this.words;return x`<ul id="snippets" class="listbox" role="listbox" aria-label=${e(`snippets`)} ?hidden=${!this.typed||!this.offered.length}>
      ${this.offered.map((e,t)=>x`<li
          id="snippet-${t}"
          role="option"
          aria-selected=${t===this.chosen}
          @mousedown=${t=>{t.preventDefault(),this.#l(`/${e.shortcode} `,this.typed.start)}}
        ><strong>/${e.shortcode}</strong><span>${e.text}</span></li>`)}
    </ul>`}#n(){let{say:e,tag:t}=this.words,n=[...Object.keys(ht),...this.#r()];return x`<div class="row">
      <label class="field"
        >${e(`insert_tag`)}
        <select part="tag" .value=${this.tag} @change=${e=>this.tag=Vt(e)}>
          ${n.map(e=>x`<option value=${e} ?selected=${e===this.tag}>${t(e)}</option>`)}
        </select></label
      >
      <label class="field"
        >${e(`if_missing`)}
        <input size="14" .value=${this.standIn} @input=${e=>this.standIn=Vt(e)} />
      </label>
      <button class="lower" @click=${()=>this.#l(Rt(this.tag,this.standIn),this.area.selectionStart)}>
        ${e(`insert`)}
      </button>
    </div>`}#r(){let e=/* @__PURE__ */ new Set;for(let t of this.model.people.values()){for(let n of Object.keys(t.custom_fields))e.add(`conversation.custom_fields.${n}`);for(let n of Object.keys(t.contact.custom_fields))e.add(`contact.custom_fields.${n}`)}return[...e].filter(e=>/^[\w.]+$/.test(e)).sort()}#i(){let{say:e}=this.words,{attachments:t}=this.model.draft;return x`<div class="stack">
      <div class="row">
        <button @click=${()=>this.querySelector(`[type=file]`).click()}>${e(`attach`)}</button>
        <input type="file" hidden tabindex="-1" aria-label=${e(`attach`)} @change=${this.#o} />
        <span class="soft" role="status">${this.uploading&&e(`attaching`,{name:this.uploading})}</span>
      </div>
      ${t.map(n=>x`<div class="row">
          <span>📎 ${n.filename} <span class="soft">${this.words.number(Math.ceil(n.size/1e3))} kB</span></span>
          <button
            class="plain"
            aria-label=${e(`remove`,{name:n.filename})}
            @click=${()=>this.model.change({attachments:t.filter(e=>e!==n)})}
          >✕</button>
        </div>`)}
      ${t.length?x`<ul class="soft">${this.#a()}</ul>`:S}
    </div>`}#a(){let{say:e,channel:t}=this.words,n=this.model.preview?.preflight,r=new Set(n?.warnings.filter(e=>e.code===`attachment_dropped`).map(e=>e.channel));return(n?.by_channel??[]).filter(e=>e.recipients>0).map(n=>x`<li>${t(n.channel)}: ${e(r.has(n.channel)?`without_file`:`with_file`)}</li>`)}async#o(e){let t=e.target,n=t.files?.[0];n&&(this.uploading=n.name,await this.model.attach(n),this.uploading=``,t.value=``)}#s(){this.typed=Lt(this.area.value,this.area.selectionStart),this.chosen=0,this.model.change({text:this.area.value})}#c(e){let t=this.offered.length;if(this.typed&&t&&!e.ctrlKey&&!e.metaKey){if(e.key===`ArrowDown`)this.chosen=(this.chosen+1)%t;else if(e.key===`ArrowUp`)this.chosen=(this.chosen+t-1)%t;else if(e.key===`Enter`||e.key===`Tab`)this.#l(`/${this.offered[this.chosen].shortcode} `,this.typed.start);else if(e.key===`Escape`)this.typed=null;else return;e.preventDefault(),e.stopPropagation()}}#l(e,t){this.area.setRangeText(e,t,this.area.selectionEnd,`end`),this.area.focus(),this.#s()}};R([We(`textarea`)],Bt.prototype,`area`,void 0),R([M()],Bt.prototype,`typed`,void 0),R([M()],Bt.prototype,`chosen`,void 0),R([M()],Bt.prototype,`uploading`,void 0),R([M()],Bt.prototype,`tag`,void 0),R([M()],Bt.prototype,`standIn`,void 0),Bt=R([A(`mass-reply-editor`)],Bt);var Vt=e=>e.target.value,Ht=()=>({text:``,attachments:[],markAsDone:!1,hold:!0,sendAt:``,sample:null,blank:!1,template:{name:``,language:`en`,parameters:``}}),Ut=7,Wt=`mass-reply:draft:`,Gt=class{#e;constructor(...e){this.#e=Wt+Kt(JSON.stringify(e))}load(){try{let e=JSON.parse(localStorage.getItem(this.#e)??`null`);return e&&Date.now()-Date.parse(e.at)<Ut*864e5?{...e,draft:{...Ht(),...e.draft}}:null}catch{return null}}save(e,t){try{localStorage.setItem(this.#e,JSON.stringify({draft:e,id:t,at:(/* @__PURE__ */ new Date()).toISOString()}))}catch{}}forget(){try{localStorage.removeItem(this.#e)}catch{}}};function Kt(e){let t=14695981039346656037n;for(let n=0;n<e.length;n++)t=BigInt.asUintN(64,(t^BigInt(e.charCodeAt(n)))*1099511628211n);return t.toString(16)}var qt=250,Jt=class extends EventTarget{#e;#t;#n;#r;#i;constructor(e,t){super(),this.api=e,this.selection=t,this.moment=`opening`,this.me=null,this.draft=Ht(),this.restored=null,this.preview=null,this.previewing=!1,this.snippets=[],this.people=/* @__PURE__ */ new Map,this.batch=null,this.shownBefore=null,this.trouble=null,this.busy=0,this.acting=!1,this.lostSince=null,this.lastHeard=(/* @__PURE__ */ new Date()).toISOString(),this.#e=null,this.#t=null,this.#n=Qe(),this.#r=0,this.#i=null,this.reject=e=>this.#g(async()=>this.#p(await this.api.post(`/mass-replies/{id}/reject`,{path:{id:this.batch.id},body:{reason:e}}))),this.retry=e=>this.#g(async()=>this.#p(await this.api.post(`/mass-replies/{id}/retry`,{path:{id:this.batch.id},body:{reason_codes:e},headers:{"Idempotency-Key":Qe()}}))),this.resolve=e=>this.#g(async()=>this.#p(await this.api.post(`/mass-replies/{id}/resolve`,{path:{id:this.batch.id},body:e}))),e.onBusy=e=>this.#o({busy:e})}get maySend(){return this.#a(`mass_replies:send`)}get mayApprove(){return this.#a(`mass_replies:approve`)&&!this.isMine}get isMine(){let e=this.me?.user?.id??this.me?.key?.id;return this.batch!==null&&e!==void 0&&this.batch.author.id===e}get isDirty(){return this.moment===`write`&&(this.draft.text.trim()!==``||this.draft.attachments.length>0)}#a(e){return this.me?.permissions.includes(e)??!1}#o(e){Object.assign(this,e),this.dispatchEvent(new Event(`change`))}async open(e){await this.#g(async()=>{this.me=await this.api.get(`/me`),this.#e=this.selection&&new Gt(this.api.base,this.me.tenant,this.me.user?.id,this.selection);let t=this.#e?.load()??null;t?.draft.text&&(this.draft=t.draft,this.restored=t.at);let n=await this.#s(e??t?.id??null,e!==null);n?this.#p(n):await this.#c()})}async#s(e,t){if(e===null)return null;try{let n=await this.api.get(`/mass-replies/{id}`,{path:{id:e}});return t||n.confirmed_at&&!tt.has(n.status)?n:null}catch(e){if(t||!(e instanceof Ge&&e.status===404))throw e;return null}}async#c(){if(this.#o({moment:`write`,batch:null}),!this.maySend)return;this.look();let e=await this.api.get(`/snippets`,{query:{limit:500}});this.#o({snippets:e.items})}change(e){this.draft={...this.draft,...e},this.#n=Qe(),this.#l(null),this.#o({restored:null}),this.look()}#l(e){this.draft.text||e?this.#e?.save(this.draft,e):this.#e?.forget()}discard(){this.#e?.forget(),this.draft=Ht()}look(){return this.#r++,this.#i??=this.#u().finally(()=>this.#i=null)}async#u(){this.#o({previewing:!0});for(let e=-1;e!==this.#r;)e=this.#r,this.preview&&await Ze(qt),e===this.#r&&await this.#d();this.#o({previewing:!1})}async#d(){try{let{message:e,...t}=this.#f(this.draft),n=await this.api.post(`/mass-replies/preview`,{body:{...t,message:e.text.trim()?e:void 0}});this.#o({preview:n,trouble:null}),await this.meet(n.preflight.samples.map(e=>e.conversation_id))}catch(e){this.#o({trouble:Yt(e)})}}async meet(e){let t=e.filter(e=>!this.people.has(e));await Promise.all(t.map(async e=>this.people.set(e,await this.api.get(`/conversations/{conversation_id}`,{path:{conversation_id:e}})))).catch(()=>{}),t.length&&this.#o({})}#f(e){let{template:t}=e;return{selection:this.selection,message:{text:e.text,attachment_ids:e.attachments.map(e=>e.id)},mark_as_done:e.markAsDone,on_unresolved:e.blank?`blank`:`skip`,whatsapp_template:t.name.trim()?{name:t.name.trim(),language:t.language.trim(),body_parameters:t.parameters.split(`
`).filter(e=>e.trim())}:null}}async attach(e){await this.#g(async()=>{let t=new FormData;t.set(`file`,e);let n=await(await this.api.fetch(`/attachments`,{method:`POST`,body:t})).json();this.change({attachments:[...this.draft.attachments,n]})})}async review(){await this.#g(async()=>{this.shownBefore=this.preview?.recipient_count??null;let e={"Idempotency-Key":this.#n},t=await this.api.post(`/mass-replies`,{body:this.#f(this.draft),headers:e});this.#l(t.id),this.#o({batch:t,moment:`confirm`}),this.#h(`created`),this.#m(t.id),await this.meet((t.preflight?.samples??[]).map(e=>e.conversation_id))})}async back(){this.#t?.abort();let e=this.batch?.id;this.#n=Qe(),this.#l(null),this.#o({moment:`write`,batch:null,trouble:null}),this.look(),e&&await this.api.post(`/mass-replies/{id}/cancel`,{path:{id:e},body:{}}).catch(()=>{})}async confirm(){let{draft:e,batch:t}=this;await this.#g(async()=>{let n=await this.api.post(`/mass-replies/{id}/confirm`,{path:{id:t.id},body:{recipient_count:t.recipient_count,hold_seconds:e.sendAt||!e.hold?0:30,send_at:e.sendAt?new Date(e.sendAt).toISOString():null,sample_size:e.sample}});this.draft=Ht(),this.#l(n.id),this.#h(`confirmed`,n),this.#p(n)})}async act(e,t){let n={id:this.batch.id},r=t?{channel_account:t}:{};await this.#g(async()=>{let t=e===`pause`||e===`resume`?r:{};this.#p(await this.api.post(`/mass-replies/{id}/${e}`,{path:n,body:t}))})}#p(e){this.#o({batch:e,moment:e.status===`awaiting_confirmation`&&this.selection?`confirm`:`watch`}),this.#m(e.id)}#m(e){this.#t?.abort(),this.#t=new AbortController,nt(this.api,e,{changed:e=>{let t=e.started_at!==null&&this.batch?.started_at===null,n=e.finished_at!==null&&this.batch?.finished_at===null,r=this.batch?.preflight===null&&e.preflight!==null;this.#o({batch:e,lostSince:null,lastHeard:(/* @__PURE__ */ new Date()).toISOString()}),r&&this.meet(e.preflight.samples.map(e=>e.conversation_id)),t&&this.#h(`sent`,e),n&&this.#h(`finished`,e)},lost:e=>{this.#o({lostSince:this.lastHeard,...e instanceof qe?{trouble:e}:{}})}},this.#t.signal)}async again(){this.#o({trouble:null}),this.moment===`opening`?await this.open(null):this.moment===`write`?await this.look():this.batch&&this.#m(this.batch.id)}leave(){this.#t?.abort()}#h(e,t=this.batch){this.dispatchEvent(new CustomEvent(e,{detail:{id:t?.id??null,count:t?.recipient_count??null,counts:t?.counts??null}}))}async#g(e){if(!this.acting){this.#o({acting:!0,trouble:null});try{await e()}catch(e){this.trouble=Yt(e)}finally{this.#o({acting:!1})}}}};function Yt(e){if(e instanceof Ge||e instanceof Ke||e instanceof qe)return e;throw e}var Xt=e=>e.sent+e.delivered+e.read,Zt=e=>e.queued+e.sending,B=[`queued`,`sending`,`sent`,`delivered`,`read`,`failed`,`uncertain`,`skipped`,`cancelled`],Qt=class extends z{constructor(...e){super(...e),this.ticked=/* @__PURE__ */ new Set,this.why=``,this.rejecting=``}shouldUpdate(){return this.model.batch!==null}render(){let e=this.model.batch,t=tt.has(e.status);return x`<div class="body" part="body">
      ${this.#t()}
      ${e.counts?x`<section class="stack" part="progress" aria-label=${this.words.say(`by_channel`)}>${this.#r()}</section>`:S}
      ${this.#n()}
      ${e.confirmed_at?this.#a(t):this.#e()}
      ${t&&e.confirmed_at?this.#l():S}
    </div>`}#e(){return x`<div class="bubble" tabindex="0">${this.model.batch.message.text}</div>`}#t(){let{say:e}=this.words,{batch:t,acting:n}=this.model;if(t.approval?.ruling===`rejected`){let{by:n,reason:r}=t.approval;return x`<p class="note bad">${e(`rejected_by`,{name:n?.name??``,reason:r??``})}</p>`}if(t.status!==`awaiting_approval`)return S;let r=t.recipient_count??0;return x`<div class="note amber stack">
      <p><strong>${e(`asked_by`,{name:t.author.name})}</strong></p>
      <p>${e(`awaits_approval_hint`,{n:r})}</p>
      ${this.#e()}
      ${this.model.mayApprove?x`<div class="row">
              <button class="grave" ?disabled=${n} @click=${()=>this.model.act(`approve`)}>${e(`approve`,{n:r})}</button>
              <label class="field">${e(`reject_reason`)}<input .value=${this.rejecting} @input=${e=>this.rejecting=e.target.value} /></label>
              <button class="stop" ?disabled=${n||!this.rejecting.trim()} @click=${()=>this.model.reject(this.rejecting)}>${e(`reject`)}</button>
            </div>`:S}
    </div>`}#n(){let{say:e,channel:t,time:n}=this.words,r=this.model.batch;return r.status!==`sending`&&r.pause_reason!==`account`?S:r.lanes.filter(e=>e.reason&&(e.state===`paused`||e.state===`cooling`)).map(r=>x`<div class="note amber row spread">
          <span>${r.resume_at?e(`waits_until`,{channel:t(r.channel),time:n(r.resume_at),reason:r.reason}):e(`waits`,{channel:t(r.channel),reason:r.reason})}</span>
          ${r.state===`paused`&&this.model.maySend?x`<button @click=${()=>this.model.act(`resume`,r.channel_account)}>${e(`try_again`)}</button>`:S}
        </div>`)}#r(){return[...Map.groupBy(this.model.batch.lanes,e=>e.channel)].map(([e,t])=>{let n=Object.fromEntries(B.map(e=>[e,t.reduce((t,n)=>t+n.counts[e],0)]));return x`<div class="bar"><strong>${this.words.channel(e)}</strong>${$t(n)}<span>${this.#i(n)}</span></div>`})}#i(e){let{number:t,status:n}=this.words;return B.filter(t=>e[t]>0).map((r,i)=>`${i?` · `:``}${t(e[r])} ${n(r)}`)}#a(e){let{say:t}=this.words,{batch:n,acting:r,maySend:i}=this.model,a=i&&[`sending`,`paused`,`completed`,`cancelled`].includes(n.status),o=i&&n.counts.failed>0&&[`sending`,`paused`,`completed`].includes(n.status);return x`<section class="stack" part="results" aria-label=${t(`results`)}>
      <div class="stack card">
        ${this.#s(`failed`)}
        ${o?x`<div class="row"><button ?disabled=${r} @click=${()=>this.model.retry(null)}>${t(`try_again`)}</button><span class="soft">${t(`retry_hint`)}</span></div>`:S}
        ${this.#s(`uncertain`,a)} ${a&&this.ticked.size?this.#c():S}
        ${this.#s(`skipped`)} ${e?this.#s(`cancelled`):S}
        ${this.#o()?x`<p class="soft">${t(`nobody_left_out`)}</p>`:S}
      </div>
    </section>`}#o(){let e=this.model.batch.counts;return!e.failed&&!e.uncertain&&!e.skipped&&!e.cancelled}#s(e,t=!1){return x`<mass-reply-people
      .model=${this.model} .words=${this.words} status=${e} ?tickable=${t} .ticked=${this.ticked}
      @ticked=${e=>this.ticked=e.detail}
    ></mass-reply-people>`}#c(){let{say:e}=this.words,t=async(e,t=!1)=>{await this.model.resolve({conversation_ids:[...this.ticked],outcome:e,send_again:t,reason:this.why.trim()}),this.model.trouble||(this.ticked=/* @__PURE__ */ new Set)},n=this.model.acting||!this.why.trim();return x`<fieldset class="note stack">
      <legend><strong>${e(`mark`)}</strong></legend>
      <label class="field">${e(`mark_why`)}<input .value=${this.why} @input=${e=>this.why=e.target.value} /></label>
      <div class="row">
        <button ?disabled=${n} @click=${()=>t(`sent`)}>${e(`mark_sent`)}</button>
        <button ?disabled=${n} @click=${()=>t(`not_sent`)}>${e(`mark_not_sent`)}</button>
        <button class="stop" ?disabled=${n} @click=${()=>t(`not_sent`,!0)}>${e(`mark_again`)}</button>
      </div>
      <p class="soft">${e(`mark_risk`)}</p>
    </fieldset>`}#l(){let{say:e}=this.words,t=this.model.batch.counts,n=e=>this.dispatchEvent(new CustomEvent(`follow-up`,{detail:e,bubbles:!0}));return x`<div class="row">
      <button @click=${()=>this.#u()}>${e(`export`)}</button>
      ${this.model.maySend&&Xt(t)?x`<button @click=${()=>n([`sent`,`delivered`,`read`])}>${e(`follow_up`)}</button>`:S}
      ${this.model.maySend&&t.failed+t.cancelled?x`<button @click=${()=>n([`failed`,`cancelled`])}>${e(`follow_up_failed`)}</button>`:S}
    </div>`}async#u(){let{api:e,batch:t}=this.model,n=await e.fetch(`/mass-replies/${t.id}/deliveries`,{headers:{Accept:`text/csv`}}),r=document.createElement(`a`);r.href=URL.createObjectURL(await n.blob()),r.download=`mass-reply-${t.id}.csv`,r.click(),setTimeout(()=>URL.revokeObjectURL(r.href),6e4)}};R([M()],Qt.prototype,`ticked`,void 0),R([M()],Qt.prototype,`why`,void 0),R([M()],Qt.prototype,`rejecting`,void 0),Qt=R([A(`mass-reply-watch`)],Qt);function $t(e){let t=B.reduce((t,n)=>t+e[n],0)||1,n=[[`reached`,Xt(e)],[`failed`,e.failed],[`uncertain`,e.uncertain],[`skipped`,e.skipped+e.cancelled]],r=0;return x`<svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    ${n.map(([e,n])=>{let i=n/t*100;return r+=i,De`<rect class=${e} x=${r-i} y="0" width=${i} height="4"></rect>`})}
  </svg>`}var en=`@£$¥èéùìòÇ
Øø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà`,tn=`\f^{}\\[~]|€`;function nn(e){let t=[...e].map(e=>en.includes(e)?1:tn.includes(e)?2:0);return t.every(Boolean)?rn(t,160,153):rn([...new Intl.Segmenter().segment(e)].flatMap(({segment:e})=>e===`\r
`?[1,1]:[e.length]),70,67)}function rn(e,t,n){if(e.reduce((e,t)=>e+t,0)<=t)return 1;let r=1,i=n;for(let t of e)t>i&&(r++,i=n),i-=t;return r}var an=class extends z{constructor(...e){super(...e),this.channel=null,this.place=0}get samples(){return this.model.preview?.preflight.samples??[]}render(){let{say:e,channel:t}=this.words,n=[...new Set(this.samples.map(e=>e.channel))],r=n.find(e=>e===this.channel)??n[0],i=this.samples.filter(e=>e.channel===r),a=i[Math.min(this.place,i.length-1)];return x`<section class="stack preview" part="preview" aria-label=${e(`preview`)}>
      <h3>${e(`preview`)}</h3>
      <div role="tablist" aria-label=${e(`by_channel`)} @keydown=${this.#a}>
        ${n.map(e=>x`<button
            role="tab"
            id="tab-${e}"
            aria-controls="sample"
            aria-selected=${e===r}
            tabindex=${e===r?0:-1}
            @click=${()=>this.#i(e)}
          >${t(e)}</button>`)}
      </div>
      <div id="sample" role=${r?`tabpanel`:`group`} aria-labelledby=${r?`tab-${r}`:`title`} class="stack">
        <div class="bubble" tabindex="0">${a?a.text:x`<span class="soft">${e(this.#e())}</span>`}</div>
        <div class="row spread">
          <span>${a?this.#t(a):``}</span>
          <span class="row">
            <button class="plain" aria-label=${e(`previous`)} ?disabled=${i.length<2} @click=${()=>this.#r(-1,i.length)}>‹</button>
            <span>${i.length?e(`place_of`,{i:Math.min(this.place,i.length-1)+1,n:i.length}):``}</span>
            <button class="plain" aria-label=${e(`next`)} ?disabled=${i.length<2} @click=${()=>this.#r(1,i.length)}>›</button>
          </span>
        </div>
        <p class="soft" aria-live="polite">${a?this.#n(a):``}</p>
      </div>
    </section>`}#e(){return this.model.draft.text.trim()?`preview_nobody`:`preview_empty`}#t(e){let t=this.model.people.get(e.conversation_id);return t?this.words.say(`to`,{name:t.contact.name??this.words.say(`unnamed`)}):``}#n(e){let{say:t}=this.words;if(e.channel===`sms`)return t(`segments`,{n:nn(e.text)});let n=on[e.channel];if(!n)return``;let r=n.unit===`bytes`?new TextEncoder().encode(e.text).length:[...e.text].length;return t(n.unit===`bytes`?`used_of_bytes`:`used_of_characters`,{used:r,n:n.most})}#r(e,t){this.place=(Math.min(this.place,t-1)+e+t)%t}#i(e){this.channel=e,this.place=0}#a(e){let t={ArrowRight:1,ArrowLeft:-1}[e.key];if(!t)return;let n=[...this.querySelectorAll(`[role=tab]`)],r=n[(n.findIndex(e=>e.getAttribute(`aria-selected`)===`true`)+t+n.length)%n.length];r.click(),r.focus()}};R([M()],an.prototype,`channel`,void 0),R([M()],an.prototype,`place`,void 0),an=R([A(`mass-reply-preview`)],an);var on={instagram:{most:1e3,unit:`bytes`},facebook:{most:2e3,unit:`characters`},whatsapp:{most:4096,unit:`characters`}},sn=class extends z{focusText(){this.editor?.focusText()}render(){let{say:e,time:t}=this.words,{model:n}=this;return x`<div class="body" part="body">
      ${n.restored?x`<p class="note">${e(`draft_kept`,{time:t(n.restored)})}</p>`:S}
      <div class="columns">
        <mass-reply-editor .model=${n} .words=${this.words}></mass-reply-editor>
        <div class="stack">
          <mass-reply-preview .model=${n} .words=${this.words}></mass-reply-preview>
          ${this.#e()}
        </div>
      </div>
      ${this.#t()}
    </div>`}#e(){let{say:e}=this.words,t=this.model.preview?.preflight.warnings??[];return t.length?x`<div class="note amber" role="group" aria-label=${e(`warnings`)}>
      <ul>
        ${Nt(this.words,t)}
      </ul>
    </div>`:S}#t(){let{say:e}=this.words,{draft:t}=this.model,n=e=>this.model.change(e),r=(e,r,i=!1)=>x`<label class="choice"
        ><input
          type="checkbox"
          .checked=${t[e]&&!i}
          ?disabled=${i}
          @change=${t=>n({[e]:t.target.checked})}
        />${r}</label
      >`;return x`<fieldset class="options" part="options">
      <legend class="spoken">${e(`options`)}</legend>
      <div class="columns">
        <div>
          ${r(`markAsDone`,e(`mark_as_done`))} ${r(`hold`,e(`hold`),t.sendAt!==``)}
          ${r(`blank`,e(`blank`))}
          ${t.blank?S:x`<p class="soft indent">${e(`blank_hint`)}</p>`}
        </div>
        <div>
          <div class="row">
            <label class="choice"
              ><input
                type="checkbox"
                .checked=${t.sample!==null}
                @change=${e=>n({sample:e.target.checked?5:null})}
              />${e(`sample`)}</label
            >
            <input
              type="number"
              min="1"
              size="4"
              aria-label=${e(`sample`)}
              ?disabled=${t.sample===null}
              .value=${String(t.sample??5)}
              @change=${e=>n({sample:Math.max(1,Math.trunc(Number(Vt(e))||1))})}
            />
            <span class="soft">${e(`sample_unit`)}</span>
          </div>
          <div class="row">
            <label class="choice"
              ><input
                type="checkbox"
                .checked=${t.sendAt!==``}
                @change=${e=>n({sendAt:e.target.checked?cn():``})}
              />${e(`schedule`)}</label
            >
            <input
              type="datetime-local"
              aria-label=${e(`schedule_at`)}
              ?disabled=${t.sendAt===``}
              .value=${t.sendAt||cn()}
              @change=${e=>n({sendAt:Vt(e)})}
            />
          </div>
          ${this.#n()}
        </div>
      </div>
    </fieldset>`}#n(){let{say:e}=this.words,{template:t}=this.model.draft;if(!(this.model.preview?.preflight.by_channel)?.some(e=>e.channel===`whatsapp`)&&!t.name)return S;let n=e=>n=>this.model.change({template:{...t,[e]:n.target.value}});return x`<details>
      <summary>${e(`template`)}</summary>
      <div class="stack">
        <label class="field">${e(`template_name`)}<input .value=${t.name} @change=${n(`name`)} /></label>
        <label class="field">${e(`template_language`)}<input size="6" .value=${t.language} @change=${n(`language`)} /></label>
        <label class="field">${e(`template_parameters`)}<textarea rows="2" .value=${t.parameters} @change=${n(`parameters`)}></textarea></label>
      </div>
    </details>`}};R([We(`mass-reply-editor`)],sn.prototype,`editor`,void 0),sn=R([A(`mass-reply-write`)],sn);function cn(){let e=new Date(Date.now()+36e5);return(/* @__PURE__ */ new Date(e.getTime()-e.getTimezoneOffset()*6e4)).toISOString().slice(0,16)}var V=class extends k{constructor(...e){super(...e),this.api=``,this.selection=null,this.massReply=null,this.typeNumberFrom=100,this.getToken=()=>Promise.reject(/* @__PURE__ */ Error(`no getToken`)),this.model=null,this.asking=null,this.now=Date.now(),this.#e=null,this.#t=0,this.#n=``,this.#r=0,this.#s=``,this.#_=()=>x`<button class="main" @click=${this.#b}>${this.words.say(`close`)}</button>`,this.#y=()=>{this.model?.isDirty?this.asking=`discard`:this.#b()},this.#b=()=>{this.asking=null,this.close()}}static{this.styles=[at,ot,st]}#e;#t;#n;#r;get words(){let e=At(this);return this.#e?.locale===e?this.#e:this.#e=new Ot(e)}async show(){let e=new P((this.api||ln).replace(/\/$/,``),()=>this.getToken());this.#i(new Jt(e,this.selection)),await this.updateComplete,this.dialog.open||this.dialog.showModal(),await this.model.open(this.massReply),await this.updateComplete,this.writeView?.focusText()}close(){this.dialog?.open&&this.dialog.close()}async allowed(){return(await new P((this.api||ln).replace(/\/$/,``),()=>this.getToken()).get(`/me`)).permissions.includes(`mass_replies:send`)}#i(e){this.model?.leave(),this.model=e,e.addEventListener(`change`,()=>this.requestUpdate());for(let t of[`created`,`confirmed`,`sent`,`finished`])e.addEventListener(t,e=>this.#a(t,e.detail));clearInterval(this.#t),this.#t=window.setInterval(()=>this.now=Date.now(),1e3)}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.#t),this.model?.leave()}#a(e,t){this.dispatchEvent(new CustomEvent(e,{detail:t,bubbles:!0,composed:!0}))}render(){let e=this.#c();return x`<dialog
      part="dialog"
      aria-labelledby="title"
      @cancel=${this.#x}
      @close=${this.#S}
      @keydown=${this.#C}
    >
      ${this.model&&x`<div class="sheet">
        <header class="top">
          <h2 id="title" part="title" tabindex="-1">${e}</h2>
          <button class="plain" aria-label=${this.words.say(`close`)} @click=${this.#y}>✕</button>
          <div class="under">${this.#d()}</div>
        </header>
        ${this.#f()}
        <footer class="foot" part="actions">${this.#p()}</footer>
      </div>`}
      <div class="spoken" role="status" aria-live="polite" id="live">${this.#o(e)}</div>
    </dialog>`}#o(e){let t=this.model?`${this.model.moment} ${this.model.batch?.status??``}`:``;return(t!==this.#s||this.now-this.#r>=5e3)&&(this.#s=t,this.#r=this.now,this.#n=e),this.#n}#s;#c(){let{say:e}=this.words,{model:t}=this;if(!t||t.moment===`opening`)return e(`counting`);if(t.moment===`write`)return this.#l(t);let n=t.batch;return t.moment===`confirm`?n.status===`preparing`?e(`preparing`,{n:n.selected_count}):n.status===`expired`?this.words.batchStatus(`expired`):n.recipient_count?e(`confirm_title`,{n:n.recipient_count}):e(`nothing_to_send`):this.#u(t)}#l({preview:e,trouble:t}){let{say:n}=this.words;return t instanceof Ge&&t.code===`selection_empty`?n(`empty_selection`):e?e.recipient_count===null?n(`selected_only`,{n:e.selected_count}):e.recipient_count===0?n(`nothing_to_send`):n(e.recipient_count===e.selected_count?`will_get_all`:`will_get`,{n:e.recipient_count,of:e.selected_count}):n(`counting`)}#u({batch:e}){let{say:t}=this.words,{status:n,counts:r,dispatch_at:i}=e;if(n===`awaiting_approval`)return t(`awaits_approval`);if(n===`scheduled`&&i){let e=Math.max(0,Math.ceil((Date.parse(i)-this.now)/1e3));return e<=120?t(`sends_in`,{n:e}):t(`sends_at`,{time:this.words.time(i)})}if(!r)return this.words.batchStatus(n);let a=Xt(r);return n===`sending`?t(`sending`,{done:e.recipient_count-Zt(r),n:e.recipient_count}):n===`paused`?e.pause_reason===`sample_sent`?t(`paused_sample`,{n:Zt(r)}):t(e.pause_reason===`failure_share`?`paused_failures`:e.pause_reason===`account`?`paused_account`:`paused_person`):n===`expired`?t(`expired`):n===`cancelled`&&a+r.failed+r.uncertain===0?t(`undone`):[t(`sent_to`,{n:a}),r.failed&&t(`n_failed`,{n:r.failed}),r.uncertain&&t(`n_unknown`,{n:r.uncertain}),r.cancelled&&t(`n_cancelled`,{n:r.cancelled})].filter(Boolean).join(` `)}#d(){let{say:e,reason:t,number:n}=this.words,{moment:r,preview:i,lostSince:a}=this.model;if(a)return x`<p class="note amber" role="status">${e(`offline`,{time:this.words.time(a)})}</p>`;if(r!==`write`||!i)return S;if(i.recipient_count===null)return x`<span class="soft">${e(`counted_on_review`)}</span>`;let o=i.selected_count-i.recipient_count;if(!o)return x`<span class="soft">${e(`nobody_left_out`)}</span>`;let s=Mt(this.words,i.preflight.skipped);return x`<details>
      <summary class="line">${e(`left_out`,{n:o})} <span class="soft">· ${s}</span></summary>
      <ul class="soft">${i.preflight.skipped.map(e=>x`<li>${n(e.count)} · ${this.words.channel(e.channel)} · ${t(e.code)}</li>`)}</ul>
    </details>`}#f(){let{model:e,words:t}=this;switch(e.moment){case`opening`:return x`<div class="body" aria-busy="true"></div>`;case`write`:return e.maySend?x`<mass-reply-write class="part" .model=${e} .words=${t}></mass-reply-write>`:x`<div class="body"><p class="note">${t.say(`no_permission`)}</p></div>`;case`confirm`:return x`<mass-reply-confirm class="part" .model=${e} .words=${t} .typeFrom=${this.typeNumberFrom} @typed=${()=>this.requestUpdate()}></mass-reply-confirm>`;case`watch`:return x`<mass-reply-watch class="part" .model=${e} .words=${t} @follow-up=${this.#v}></mass-reply-watch>`}}#p(){let{say:e}=this.words;return this.asking===`discard`?x`<strong class="say">${e(`discard_title`)}</strong>
        <button class="stop" @click=${()=>{this.model.discard(),this.#b()}}>${e(`discard`)}</button>
        <button @click=${this.#b}>${e(`keep_for_later`)}</button>
        <button class="main" autofocus @click=${()=>this.asking=null}>${e(`keep`)}</button>`:this.asking===`stop`?x`<strong class="say">${e(`stop_sure`)}</strong>
        <button class="stop" @click=${()=>{this.asking=null,this.model.act(`cancel`)}}>${e(`stop`)}</button>
        <button class="main" @click=${()=>this.asking=null}>${e(`keep_sending`)}</button>`:x`<span class="say">${this.#m()}</span>${this.#h()}`}#m(){let{say:e}=this.words,{trouble:t,busy:n,moment:r}=this.model;return n?x`<span role="status">${e(`busy`,{n})}</span>`:t instanceof qe?x`<span role="alert">${e(`session_over`)}</span> <button @click=${()=>this.model.again()}>${e(`sign_in_again`)}</button>`:t instanceof Ke?x`<span role="alert">${e(r===`write`?`offline_write`:`unreachable`)}</span> <button @click=${()=>this.model.again()}>${e(`try_again`)}</button>`:t instanceof Ge&&t.code!==`selection_empty`&&!t.faults.some(e=>e.pointer.startsWith(`/message`))?x`<span role="alert">${e(`failed_action`,{detail:[t.detail,...t.faults.map(e=>e.detail)].join(` `)})}</span>`:r===`confirm`?x`<strong>${e(`cannot_be_recalled`)}</strong>`:r===`watch`&&!tt.has(this.model.batch.status)?x`<span class="soft">${e(`you_can_close`)}</span>`:S}#h(){let{say:e}=this.words,t=this.model,{batch:n,acting:r}=t;if(t.moment===`write`){let n=t.draft.text.trim()&&t.preview?.recipient_count!==0&&!t.trouble;return t.maySend?x`<button class="main" ?disabled=${r||!n} @click=${()=>t.review()}>${e(`review`)}</button>`:this.#_()}if(t.moment===`confirm`){let i=n.recipient_count??0,a=this.confirmView?.isReady??i<this.typeNumberFrom;return x`<button ?disabled=${r} @click=${()=>t.back()}>${e(n.status===`expired`?`review_again`:`back`)}</button>
        ${i&&n.status===`awaiting_confirmation`?x`<button class="grave" ?disabled=${r||!a} @click=${()=>t.confirm()}>${e(`send_to`,{n:i})}</button>`:S}`}return t.moment===`opening`?S:x`${t.maySend?this.#g(n.status):S}${this.#_()}`}#g(e){let{say:t}=this.words,{acting:n,batch:r}=this.model,i=x`<button class="stop" ?disabled=${n} @click=${()=>this.asking=`stop`}>${t(`stop`)}</button>`,a=r.counts?Zt(r.counts):0;switch(e){case`scheduled`:return x`<button class="main" ?disabled=${n} @click=${()=>this.model.act(`cancel`)}>${t(`undo`)}</button>`;case`awaiting_approval`:return x`<button ?disabled=${n} @click=${()=>this.model.act(`cancel`)}>${t(`withdraw`)}</button>`;case`sending`:return x`${i}<button ?disabled=${n} @click=${()=>this.model.act(`pause`)}>${t(`pause`)}</button>`;case`paused`:return x`${i}<button class="grave" ?disabled=${n} @click=${()=>this.model.act(`resume`)}>
          ${r.pause_reason===`sample_sent`?t(`go_on_with`,{n:a}):t(`resume`)}
        </button>`;default:return S}}#_;#v(e){let t={follow_up:{mass_reply_id:this.model.batch.id,statuses:e.detail}};this.#i(new Jt(this.model.api,t)),this.model.open(null)}#y;#b;#x(e){e.preventDefault(),this.asking?this.asking=null:this.#y()}#S(){this.model?.leave(),clearInterval(this.#t),this.#a(`closed`,{id:this.model?.batch?.id??null}),this.model=null}#C(e){if(e.key!==`Enter`||!(e.ctrlKey||e.metaKey))return;e.preventDefault();let t=this.model;t?.moment===`write`&&t.draft.text.trim()&&t.preview?.recipient_count&&t.review()}updated(){let e=this.model?.moment;e&&e!==this.#w&&e!==`write`&&e!==`opening`&&this.renderRoot.querySelector(`#title`)?.focus(),this.#w=e}#w};R([j()],V.prototype,`api`,void 0),R([j({attribute:`selection`,converter:{fromAttribute:e=>e?JSON.parse(e):null}})],V.prototype,`selection`,void 0),R([j({attribute:`mass-reply`})],V.prototype,`massReply`,void 0),R([j({type:Number,attribute:`type-number-from`})],V.prototype,`typeNumberFrom`,void 0),R([j({attribute:!1})],V.prototype,`getToken`,void 0),R([M()],V.prototype,`model`,void 0),R([M()],V.prototype,`asking`,void 0),R([M()],V.prototype,`now`,void 0),R([We(`dialog`)],V.prototype,`dialog`,void 0),R([We(`mass-reply-confirm`)],V.prototype,`confirmView`,void 0),R([We(`mass-reply-write`)],V.prototype,`writeView`,void 0),V=R([A(`mass-reply-dialog`)],V);var ln=new URL(
/* @vite-ignore */
`..`,import.meta.url).href,H=class extends k{constructor(...e){super(...e),this.place=new URLSearchParams,this.problem=``,this.may=e=>this.me.permissions.includes(e)}createRenderRoot(){return this}async try(e){this.problem=``;try{await e()}catch(e){e instanceof qe?this.dispatchEvent(new Event(`signed-out`,{bubbles:!0})):this.problem=e instanceof Ge?[e.detail,...e.faults.map(e=>`${e.pointer} ${e.detail}`)].join(` `):this.words.say(`unreachable`)}}said(){return this.problem?x`<p class="note bad" role="alert">${this.problem}</p>`:``}};R([j({attribute:!1})],H.prototype,`api`,void 0),R([j({attribute:!1})],H.prototype,`words`,void 0),R([j({attribute:!1})],H.prototype,`me`,void 0),R([j({attribute:!1})],H.prototype,`place`,void 0),R([M()],H.prototype,`problem`,void 0);var U=(e,t={})=>{let n=new URLSearchParams(Object.entries(t).filter(([,e])=>e));return`#/${e}${n.size?`?${n}`:``}`},un=e=>x`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${dn[e]??dn.other}></path></svg>`,dn={email:`M1.5 3.5h13v9h-13zM1.5 4l6.500 5 6.500-5`,chat:`M1.500 2.500h13v8.500h-7l-3.500 3v-3h-2.500z`,sms:`M4.500 1.500h7v13h-7zM7 12.500h2`,whatsapp:`M8 1.500a6.500 6.500 0 1 1-3.300 12.100l-3.200.9.900-3.100A6.500 6.500 0 0 1 8 1.500M5.500 5.500c0 3 2 5 5 5`,voice:`M3 2l2.500-.5 1.500 3.500-1.500 1.500c.7 1.500 2 2.800 3.500 3.500l1.500-1.500 3.500 1.500-.5 2.500c-6 1-11.500-4.500-10.500-10.500`,facebook:`M8 1.500c3.700 0 6.500 2.600 6.500 6s-2.800 6-6.500 6l-2 1.500-.5-2.100C3 12 1.500 10 1.500 7.500c0-3.400 2.800-6 6.500-6M4.500 9l2.500-2.500 2 1.500 2.500-2`,instagram:`M2 4.500A2.500 2.500 0 0 1 4.500 2h7A2.500 2.500 0 0 1 14 4.500v7a2.500 2.500 0 0 1-2.500 2.500h-7A2.500 2.500 0 0 1 2 11.500zM8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6`,other:`M8 1.500l6.500 6.500-6.500 6.500L1.500 8z`},fn=class extends H{constructor(...e){super(...e),this.items=null,this.checks=/* @__PURE__ */ new Map,this.copied=``,this.#e=e=>this.try(async()=>{this.checks=new Map(this.checks).set(e,null);let t=await this.api.post(`/channel-accounts/{key}/test`,{path:{key:e}});this.checks=new Map(this.checks).set(e,t)})}firstUpdated(){this.may(`admin`)&&this.try(async()=>{this.items=(await this.api.get(`/channel-accounts`,{query:{limit:500}})).items})}#e;async#t(e){await navigator.clipboard?.writeText(e.callback_url).catch(()=>{}),this.copied=e.key}render(){let{say:e}=this.words;return this.may(`admin`)?x`<div class="page-head"><h1>${e(`nav_accounts`)}</h1></div>
      ${this.said()}
      ${this.items===null?x`<p class="soft">${e(`loading`)}</p>`:S}
      ${this.items?.length===0?x`<p class="soft">${e(`no_accounts`)}</p>`:S}
      <div class="cards">${this.items?.map(e=>this.#n(e))}</div>`:x`<h1>${e(`nav_accounts`)}</h1><p class="note">${e(`needs_admin`)}</p>`}#n(e){let{words:t}=this,{say:n}=t,r=this.checks.get(e.key);return x`<article class="card stack" aria-label=${e.name}>
      <div class="row spread"><h2>${un(e.channel)} ${e.name}</h2><span class="state ${e.state}">${t.named(`account`,e.state)}</span></div>
      <p class="soft">${e.key} · ${t.channel(e.channel)} · ${e.provider} · ${n(`per_second`,{n:e.rate_per_second})}</p>
      ${e.pause_reason?x`<p class="note amber">${e.pause_reason}</p>`:S}
      <label class="field full">${n(`callback_address`)}
        <input class="full" readonly .value=${e.callback_url} @focus=${e=>e.target.select()} /></label>
      <p class="soft">${n(`setup_${pn.has(e.provider)?e.provider:`other`}`)}</p>
      <div class="row">
        <button @click=${()=>this.#t(e)}>${n(this.copied===e.key?`copied`:`copy`)}</button>
        <button ?disabled=${r===null} @click=${()=>this.#e(e.key)}>${n(`test`)}</button>
      </div>
      <p role="status">${r?x`<strong>${t.named(`credentials`,r.credentials)}</strong> ${r.detail}
              <span class="soft">${t.named(`callbacks`,r.callbacks)}${r.last_callback_at?` · ${t.time(r.last_callback_at)}`:``}</span>`:r===null?n(`loading`):S}</p>
    </article>`}};R([M()],fn.prototype,`items`,void 0),R([M()],fn.prototype,`checks`,void 0),R([M()],fn.prototype,`copied`,void 0),fn=R([A(`mass-reply-accounts`)],fn);var pn=/* @__PURE__ */ new Set([`postmark`,`sendgrid`,`smtp`,`twilio`,`whatsapp_cloud`,`meta`,`webchat`,`webhook`]),mn=[`tag`,`channel`,`status`,`engagement`,`team`,`assignee`,`subject`],hn={channel:[`email`,`chat`,`sms`,`whatsapp`,`voice`,`facebook`,`instagram`,`other`],status:[`active`,`snoozed`,`done`,`archived`],engagement:[`pending`,`engaged`]},gn=class extends H{constructor(...e){super(...e),this.total=null,this.items=[],this.cursor=null,this.ticked=/* @__PURE__ */ new Set,this.all=!1,this.thread=null,this.dispatched=null,this.#e=``,this.#t=null,this.#i=e=>this.try(async()=>{let t=await this.api.post(`/conversations/search`,{body:{filter:this.#r(),limit:100,cursor:e}});this.total=t.total,this.items=e?[...this.items,...t.items]:t.items,this.cursor=t.next_cursor}),this.#a=e=>this.try(async()=>{let t=await this.api.get(`/conversations/{conversation_id}/timeline`,{path:{conversation_id:e},query:{limit:200}});this.thread=t.items}),this.#c=e=>this.all?!this.ticked.has(e.id):this.ticked.has(e.id)}#e;willUpdate(e){let t=this.#n(),n=JSON.stringify(t);n!==this.#e&&(this.#e=n,this.ticked=/* @__PURE__ */ new Set,this.all=!1,this.#i(null));let r=this.place.get(`thread`);r!==this.#t&&(this.#t=r,this.thread=null,r&&this.#a(r))}#t;#n(){return Object.fromEntries(mn.map(e=>[e,this.place.get(e)??``]))}#r(){let e=e=>(this.place.get(e)??``).split(`,`).map(e=>e.trim()).filter(Boolean),t={};for(let n of[`channel`,`status`,`engagement`,`team`,`assignee`])e(n).length&&(t[n]=e(n));e(`tag`).length&&(t.tags={all:e(`tag`)});let n=this.place.get(`subject`);return n&&(t.subject_contains=n),t}#i;#a;#o(e){location.hash=U(`conversations`,{...Object.fromEntries(this.place),...e})}render(){let{say:e,number:t}=this.words;return x`<div class="page-head row spread">
        <h1>${e(`nav_conversations`)}</h1>
        <strong class="total" role="status">${this.total===null?e(`loading`):e(`total`,{n:this.total})}</strong>
      </div>
      ${this.#s()} ${this.said()} ${this.#p()}
      <div class=${this.place.get(`thread`)?`beside`:``}>
        <div class="wide">
          <table>
            <thead><tr>
              <th class="tick"><input type="checkbox" aria-label=${e(`tick_page`)} ?disabled=${!this.items.length} .checked=${this.items.length>0&&this.items.every(e=>this.#c(e))} @change=${this.#d} /></th>
              <th>${e(`contact`)}</th><th>${e(`col_channel`)}</th><th>${e(`col_state`)}</th><th>${e(`col_time`)}</th>
            </tr></thead>
            <tbody>${this.items.map(e=>this.#l(e))}</tbody>
          </table>
          ${this.total===0?x`<p class="soft">${e(`nothing_here`)}</p>`:S}
          ${this.cursor?x`<p><button @click=${()=>this.#i(this.cursor)}>${e(`show_more`)}</button> <span class="soft">${e(`shown_of`,{shown:t(this.items.length),n:this.total??0})}</span></p>`:S}
        </div>
        ${this.place.get(`thread`)?this.#h():S}
      </div>`}#s(){let{say:e,named:t}=this.words;return x`<form class="row filters" role="search" @submit=${e=>e.preventDefault()}>
      ${mn.map(n=>{let r=this.place.get(n)??``,i=e=>this.#o({[n]:e.target.value}),a=hn[n];return x`<label class="field">${e(`filter_${n}`)}
          ${a?x`<select .value=${r} @change=${i}><option value="">${e(`any`)}</option>${a.map(e=>x`<option value=${e} ?selected=${e===r}>${t(n,e)}</option>`)}</select>`:x`<input .value=${r} size="14" @change=${i} />`}</label>`})}
      ${Object.values(this.#n()).some(Boolean)?x`<button type="button" class="lower" @click=${()=>location.hash=U(`conversations`)}>${e(`clear`)}</button>`:S}
    </form>`}#c;#l(e){let{words:t}=this,n=e.contact.name??t.say(`unnamed`),r=e.last_customer_message_at??e.created_at;return x`<tr aria-selected=${this.#c(e)}>
      <td class="tick"><input type="checkbox" aria-label=${n} .checked=${this.#c(e)} @change=${()=>this.#u(e)} /></td>
      <td><a href=${U(`conversations`,{...Object.fromEntries(this.place),thread:e.id})}>${n}</a>
        <div class="clip">${e.subject?x`<strong>${e.subject}</strong> `:S}<span class="soft">${e.last_customer_message?.text??``}</span></div>
        ${e.tags.map(e=>x`<span class="chip">${e}</span> `)}</td>
      <td class="tight">${un(e.channel)} ${t.channel(e.channel)}</td>
      <td class="tight">${t.named(`status`,e.status)}<br /><span class="soft">${t.named(`engagement`,e.engagement)}</span></td>
      <td class="tight"><time datetime=${r} title=${t.exact(r)}>${t.ago(r)}</time></td>
    </tr>`}#u(e){let t=new Set(this.ticked);t.delete(e.id)||t.add(e.id),this.ticked=t}#d(e){this.all=!1,this.ticked=new Set(e.target.checked?this.items.map(e=>e.id):[])}get#f(){return this.all?(this.total??0)-this.ticked.size:this.ticked.size}#p(){let{say:e}=this.words,t=this.#f,n=!this.all&&this.total!==null&&t>0&&t<this.total,r=Object.keys(this.#r()).length>0;return x`<div class="bulk row" role="toolbar" aria-label=${e(`bulk`)}>
      ${t?x`<strong>${e(`n_selected`,{n:t})}</strong>
              ${n&&r?x`<button @click=${()=>{this.all=!0,this.ticked=/* @__PURE__ */ new Set}}>${e(`all_matching`,{n:this.total})}</button>`:S}
              <button class="plain" @click=${()=>{this.all=!1,this.ticked=/* @__PURE__ */ new Set}}>${e(`clear_selection`)}</button>
              ${this.may(`mass_replies:send`)?x`<button class="main" @click=${this.#m}>${e(`mass_reply`)}</button>`:S}`:this.dispatched?x`<span role="status">${e(`dispatched`,{n:this.dispatched.count})}</span> <a href=${U(`mass-replies`,{id:this.dispatched.id})}>${e(`look`)}</a>`:x`<span class="soft">${e(`tick_hint`)}</span>`}
    </div>`}#m(){let e=this.all?{filter:this.#r(),...this.ticked.size?{exclude_conversation_ids:[...this.ticked]}:{}}:{conversation_ids:[...this.ticked]};this.dispatchEvent(new CustomEvent(`write`,{detail:e,bubbles:!0}))}done(e,t){this.dispatched={id:e,count:t},this.ticked=/* @__PURE__ */ new Set,this.all=!1}#h(){let{words:e}=this,{say:t}=e;return x`<aside class="thread stack" aria-label=${t(`thread`)}>
      <div class="row spread"><h2>${t(`thread`)}</h2><button class="plain" aria-label=${t(`close`)} @click=${()=>this.#o({thread:``})}>✕</button></div>
      ${this.thread===null?x`<p class="soft">${t(`loading`)}</p>`:S}
      ${this.thread?.map(n=>x`<article class="item ${n.kind}">
          <p class="soft"><strong>${e.named(`kind`,n.kind)}</strong>${n.author?.name?` · ${n.author.name}`:``}
            · <time title=${e.exact(n.created_at)}>${e.ago(n.created_at)}</time>
            ${n.delivery_status?x` · ${e.status(n.delivery_status)}`:S}
            ${n.mass_reply_id?x` · <a href=${U(`mass-replies`,{id:n.mass_reply_id})}>${t(`mass_reply`)}</a>`:S}</p>
          <div class="plain-text">${n.text}</div>
        </article>`)}
    </aside>`}};R([M()],gn.prototype,`total`,void 0),R([M()],gn.prototype,`items`,void 0),R([M()],gn.prototype,`cursor`,void 0),R([M()],gn.prototype,`ticked`,void 0),R([M()],gn.prototype,`all`,void 0),R([M()],gn.prototype,`thread`,void 0),R([M()],gn.prototype,`dispatched`,void 0),gn=R([A(`mass-reply-conversations`)],gn);function _n(e,t){this.v=e,this.k=t}function vn(e,t){(t==null||t>e.length)&&(t=e.length);for(var n=0,r=Array(t);n<t;n++)r[n]=e[n];return r}function yn(e){if(Array.isArray(e))return e}function bn(e,t){var n=e==null?null:typeof Symbol<`u`&&e[Symbol.iterator]||e[`@@iterator`];if(n!=null){var r,i,a,o,s=[],c=!0,l=!1;try{if(a=(n=n.call(e)).next,t===0){if(Object(n)!==n)return;c=!1}else for(;!(c=(r=a.call(n)).done)&&(s.push(r.value),s.length!==t);c=!0);}catch(e){l=!0,i=e}finally{try{if(!c&&n.return!=null&&(o=n.return(),Object(o)!==o))return}finally{if(l)throw i}}return s}}function xn(){throw TypeError(`Invalid attempt to destructure non-iterable instance.
In order to be iterable, non-array objects must have a [Symbol.iterator]() method.`)}function Sn(e,t){return yn(e)||bn(e,t)||Cn(e,t)||xn()}function Cn(e,t){if(e){if(typeof e==`string`)return vn(e,t);var n={}.toString.call(e).slice(8,-1);return n===`Object`&&e.constructor&&(n=e.constructor.name),n===`Map`||n===`Set`?Array.from(e):n===`Arguments`||/^(?:Ui|I)nt(?:8|16|32)(?:Clamped)?Array$/.test(n)?vn(e,t):void 0}}function wn(e){var t,n;function r(t,n){try{var a=e[t](n),o=a.value,s=o instanceof _n;Promise.resolve(s?o.v:o).then(function(n){if(s){var c=t===`return`&&o.k?t:`next`;if(!o.k||n.done)return r(c,n);n=e[c](n).value}i(!!a.done,n)},function(e){r(`throw`,e)})}catch(e){i(2,e)}}function i(e,i){e===2?t.reject(i):t.resolve({value:i,done:e}),(t=t.next)?r(t.key,t.arg):n=null}this._invoke=function(e,i){return new Promise(function(a,o){var s={key:e,arg:i,resolve:a,reject:o,next:null};n?n=n.next=s:(t=n=s,r(e,i))})},typeof e.return!=`function`&&(this.return=void 0)}wn.prototype[typeof Symbol==`function`&&Symbol.asyncIterator||`@@asyncIterator`]=function(){return this},wn.prototype.next=function(e){return this._invoke(`next`,e)},wn.prototype.throw=function(e){return this._invoke(`throw`,e)},wn.prototype.return=function(e){return this._invoke(`return`,e)};var Tn=Object.entries,En=Object.keys,Dn=Object.setPrototypeOf,On=Object.isFrozen,kn=Object.getPrototypeOf,An=Object.getOwnPropertyDescriptor,W=Object.freeze,G=Object.seal,jn=Object.create,Mn=typeof Reflect<`u`&&Reflect,Nn=Mn.apply,Pn=Mn.construct;W||=function(e){return e},G||=function(e){return e},Nn||=function(e,t){var n=[...arguments].slice(2);return e.apply(t,n)},Pn||=function(e){return new e(...[...arguments].slice(1))};var K=Y(Array.prototype.forEach),Fn=Y(Array.prototype.lastIndexOf),In=Y(Array.prototype.pop),Ln=Y(Array.prototype.push),Rn=Y(Array.prototype.slice),zn=Y(Array.prototype.splice),Bn=Array.isArray,Vn=sr(Set),Hn=Y(Set.prototype.add),Un=Y(Set.prototype.has),Wn=Y(Set.prototype.delete),Gn=sr(Map),Kn=Y(Map.prototype.get),qn=Y(Map.prototype.set),Jn=Y(String.prototype.toLowerCase),Yn=Y(String.prototype.toString),Xn=Y(String.prototype.match),Zn=Y(String.prototype.replace),Qn=Y(String.prototype.indexOf),$n=Y(String.prototype.trim),er=Y(Number.prototype.toString),tr=Y(Boolean.prototype.toString),nr=typeof BigInt>`u`?null:Y(BigInt.prototype.toString),rr=typeof Symbol>`u`?null:Y(Symbol.prototype.toString),q=Y(Object.prototype.hasOwnProperty),ir=Y(Object.prototype.toString),ar=RegExp.prototype.test,J=function(e,t){return e instanceof RegExp&&(e.lastIndex=0),Nn(ar,e,[t])},or=sr(TypeError);function Y(e){return function(t){var n=[...arguments].slice(1);return Nn(e,t,n)}}function sr(e){return function(){return Pn(e,[...arguments])}}function X(e,t){let n=arguments.length>2&&arguments[2]!==void 0?arguments[2]:Jn;if(Dn&&Dn(e,null),!Bn(t))return e;let r=t.length;for(;r--;){let i=t[r];if(typeof i==`string`){let e=n(i);e!==i&&(On(t)||(t[r]=e),i=e)}e[i]=!0}return e}function cr(e){for(let t=0;t<e.length;t++)q(e,t)||(e[t]=null);return e}function lr(e){let t=jn(null);for(let r of Tn(e)){var n=Sn(r,2);let i=n[0],a=n[1];q(e,i)&&(t[i]=Bn(a)?cr(a):a&&typeof a==`object`&&a.constructor===Object?lr(a):a)}return t}function ur(e){let t=jn(null),n=En(e),r=n.length;for(;r--;)t[n[r]]=e[n[r]];return t}function dr(e){switch(typeof e){case`string`:return e;case`number`:return er(e);case`boolean`:return tr(e);case`bigint`:return nr?nr(e):`0`;case`symbol`:return rr?rr(e):`Symbol()`;case`undefined`:return ir(e);case`function`:case`object`:{if(e===null)return ir(e);let t=e,n=Z(t,`toString`);if(typeof n==`function`){let e=n(t);return typeof e==`string`?e:ir(e)}return ir(e)}default:return ir(e)}}function Z(e,t){for(;e!==null;){let n=An(e,t);if(n){if(n.get)return Y(n.get);if(typeof n.value==`function`)return Y(n.value)}e=kn(e)}function n(){return null}return n}function fr(e,t){for(;e!==null;){let n=An(e,t);if(n)return n.get?Y(n.get):null;e=kn(e)}return null}function pr(e){if(!e)return!1;try{return J(e,``),!0}catch{return!1}}var mr=W(/* @__PURE__ */ `a.abbr.acronym.address.area.article.aside.audio.b.bdi.bdo.big.blink.blockquote.body.br.button.canvas.caption.center.cite.code.col.colgroup.content.data.datalist.dd.decorator.del.details.dfn.dialog.dir.div.dl.dt.element.em.fieldset.figcaption.figure.font.footer.form.h1.h2.h3.h4.h5.h6.head.header.hgroup.hr.html.i.img.input.ins.kbd.label.legend.li.main.map.mark.marquee.menu.menuitem.meter.nav.nobr.ol.optgroup.option.output.p.picture.pre.progress.q.rp.rt.ruby.s.samp.search.section.select.shadow.slot.small.source.spacer.span.strike.strong.style.sub.summary.sup.table.tbody.td.template.textarea.tfoot.th.thead.time.tr.track.tt.u.ul.var.video.wbr`.split(`.`)),hr=W(/* @__PURE__ */ `svg.a.altglyph.altglyphdef.altglyphitem.animatecolor.animatemotion.animatetransform.circle.clippath.defs.desc.ellipse.filter.font.g.glyph.glyphref.hkern.image.line.lineargradient.marker.mask.metadata.mpath.path.pattern.polygon.polyline.radialgradient.rect.stop.style.switch.symbol.text.textpath.title.tref.tspan.view.vkern`.split(`.`)),gr=W([`feBlend`,`feColorMatrix`,`feComponentTransfer`,`feComposite`,`feConvolveMatrix`,`feDiffuseLighting`,`feDisplacementMap`,`feDistantLight`,`feDropShadow`,`feFlood`,`feFuncA`,`feFuncB`,`feFuncG`,`feFuncR`,`feGaussianBlur`,`feImage`,`feMerge`,`feMergeNode`,`feMorphology`,`feOffset`,`fePointLight`,`feSpecularLighting`,`feSpotLight`,`feTile`,`feTurbulence`]),_r=W([`animate`,`color-profile`,`cursor`,`discard`,`font-face`,`font-face-format`,`font-face-name`,`font-face-src`,`font-face-uri`,`foreignobject`,`hatch`,`hatchpath`,`mesh`,`meshgradient`,`meshpatch`,`meshrow`,`missing-glyph`,`script`,`set`,`solidcolor`,`unknown`,`use`]),vr=W(/* @__PURE__ */ `math.menclose.merror.mfenced.mfrac.mglyph.mi.mlabeledtr.mmultiscripts.mn.mo.mover.mpadded.mphantom.mroot.mrow.ms.mspace.msqrt.mstyle.msub.msup.msubsup.mtable.mtd.mtext.mtr.munder.munderover.mprescripts`.split(`.`)),yr=W([`maction`,`maligngroup`,`malignmark`,`mlongdiv`,`mscarries`,`mscarry`,`msgroup`,`mstack`,`msline`,`msrow`,`semantics`,`annotation`,`annotation-xml`,`mprescripts`,`none`]),br=W([`#text`]),xr=W(/* @__PURE__ */ `accept.action.align.alt.autocapitalize.autocomplete.autopictureinpicture.autoplay.background.bgcolor.border.capture.cellpadding.cellspacing.checked.cite.class.clear.color.cols.colspan.command.commandfor.controls.controlslist.coords.crossorigin.datetime.decoding.default.dir.disabled.disablepictureinpicture.disableremoteplayback.download.draggable.enctype.enterkeyhint.exportparts.face.for.headers.height.hidden.high.href.hreflang.id.inert.inputmode.integrity.ismap.kind.label.lang.list.loading.loop.low.max.maxlength.media.method.min.minlength.multiple.muted.name.nonce.noshade.novalidate.nowrap.open.optimum.part.pattern.placeholder.playsinline.popover.popovertarget.popovertargetaction.poster.preload.pubdate.radiogroup.readonly.rel.required.rev.reversed.role.rows.rowspan.spellcheck.scope.selected.shape.size.sizes.slot.span.srclang.start.src.srcset.step.style.summary.tabindex.title.translate.type.usemap.valign.value.width.wrap.xmlns`.split(`.`)),Sr=W(/* @__PURE__ */ `accent-height.accumulate.additive.alignment-baseline.amplitude.ascent.attributename.attributetype.azimuth.basefrequency.baseline-shift.begin.bias.by.class.clip.clippathunits.clip-path.clip-rule.color.color-interpolation.color-interpolation-filters.color-profile.color-rendering.cx.cy.d.dx.dy.diffuseconstant.direction.display.divisor.dominant-baseline.dur.edgemode.elevation.end.exponent.fill.fill-opacity.fill-rule.filter.filterunits.flood-color.flood-opacity.font-family.font-size.font-size-adjust.font-stretch.font-style.font-variant.font-weight.fx.fy.g1.g2.glyph-name.glyphref.gradientunits.gradienttransform.height.href.id.image-rendering.in.in2.intercept.k.k1.k2.k3.k4.kerning.keypoints.keysplines.keytimes.lang.lengthadjust.letter-spacing.kernelmatrix.kernelunitlength.lighting-color.local.marker-end.marker-mid.marker-start.markerheight.markerunits.markerwidth.maskcontentunits.maskunits.max.mask.mask-type.media.method.mode.min.name.numoctaves.offset.operator.opacity.order.orient.orientation.origin.overflow.paint-order.path.pathlength.patterncontentunits.patterntransform.patternunits.pointer-events.points.preservealpha.preserveaspectratio.primitiveunits.r.rx.ry.radius.refx.refy.repeatcount.repeatdur.restart.result.rotate.scale.seed.shape-rendering.slope.specularconstant.specularexponent.spreadmethod.startoffset.stddeviation.stitchtiles.stop-color.stop-opacity.stroke-dasharray.stroke-dashoffset.stroke-linecap.stroke-linejoin.stroke-miterlimit.stroke-opacity.stroke.stroke-width.style.surfacescale.systemlanguage.tabindex.tablevalues.targetx.targety.transform.transform-origin.text-anchor.text-decoration.text-orientation.text-rendering.textlength.type.u1.u2.unicode.values.vector-effect.viewbox.visibility.version.vert-adv-y.vert-origin-x.vert-origin-y.width.word-spacing.wrap.writing-mode.xchannelselector.ychannelselector.x.x1.x2.xmlns.y.y1.y2.z.zoomandpan`.split(`.`)),Cr=W(/* @__PURE__ */ `accent.accentunder.align.bevelled.close.columnalign.columnlines.columnspacing.columnspan.denomalign.depth.dir.display.displaystyle.encoding.fence.frame.height.href.id.largeop.length.linethickness.lquote.lspace.mathbackground.mathcolor.mathsize.mathvariant.maxsize.minsize.movablelimits.notation.numalign.open.rowalign.rowlines.rowspacing.rowspan.rspace.rquote.scriptlevel.scriptminsize.scriptsizemultiplier.selection.separator.separators.stretchy.subscriptshift.supscriptshift.symmetric.voffset.width.xmlns`.split(`.`)),wr=W([`xlink:href`,`xml:id`,`xlink:title`,`xml:space`,`xmlns:xlink`]),Tr=G(/{{[\w\W]*|^[\w\W]*}}/g),Er=G(/<%[\w\W]*|^[\w\W]*%>/g),Dr=G(/\${[\w\W]*/g),Or=G(/{{|}}|\${|<%|%>/),kr=G(/[^\t\n\f\r ]/),Ar=G(/\u0000/g),jr=G(/^data-[\-\w.\u00B7-\uFFFF]+$/),Mr=G(/^aria-[\-\w]+$/),Nr=G(/^(?:(?:(?:f|ht)tps?|mailto|tel|callto|sms|cid|xmpp|matrix):|[^a-z]|[a-z+.\-]+(?:[^a-z+.\-:]|$))/i),Pr=G(/^(?:\w+script|data):/i),Fr=G(/[\u0000-\u0020\u00A0\u1680\u180E\u2000-\u2029\u205F\u3000]/g),Ir=G(/^html$/i),Lr=G(/^[a-z][.\w]*(-[.\w]+)+$/i),Rr=G(/<[/\w!]/g),zr=G(/<[/\w]/g),Br=G(/<[/\w]|^-?>|--!?>|<!-$/g),Vr=G(/<\/no(script|embed|frames)/i),Hr=G(/\/>/i),Ur=G(/((--!?|])>)|<\/(style|script|title|xmp|textarea|noscript|iframe|noembed|noframes)/i),Wr=G(/^[\r\n\t ]+/),Q={element:1,text:3,processingInstruction:7,comment:8,document:9,documentFragment:11},Gr=W(X({},[`style`,`script`,`xmp`,`iframe`,`noembed`,`noframes`,`plaintext`,`noscript`])),Kr=W(X({},[`textarea`,`title`])),qr=W(X({},[`area`,`base`,`basefont`,`bgsound`,`br`,`col`,`embed`,`frame`,`hr`,`img`,`input`,`keygen`,`link`,`meta`,`param`,`source`,`track`,`wbr`])),Jr=function(){return typeof window>`u`?null:window},Yr=function(e,t){if(typeof e!=`object`||typeof e.createPolicy!=`function`)return null;let n=null,r=`data-tt-policy-suffix`;t&&t.hasAttribute(r)&&(n=t.getAttribute(r));let i=`dompurify`+(n?`#`+n:``);try{return e.createPolicy(i,{createHTML(e){return e},createScriptURL(e){return e}})}catch{return console.warn(`TrustedTypes policy `+i+` could not be created.`),null}},Xr=function(){return{afterSanitizeAttributes:[],afterSanitizeElements:[],afterSanitizeShadowDOM:[],beforeSanitizeAttributes:[],beforeSanitizeElements:[],beforeSanitizeShadowDOM:[],uponSanitizeAttribute:[],uponSanitizeElement:[],uponSanitizeShadowNode:[]}},Zr=function(e,t,n,r){return q(e,t)&&Bn(e[t])?X(r.base?ur(r.base):{},e[t],r.transform):n},Qr=function(e,t,n){let r=q(e,t)?e[t]:void 0;return r&&typeof r==`object`?lr(r):n};function $r(){let e=arguments.length>0&&arguments[0]!==void 0?arguments[0]:Jr(),t=e=>$r(e);if(t.version=`3.5.0`,t.removed=[],!e||!e.document||e.document.nodeType!==Q.document||!e.Element)return t.isSupported=!1,t;let n=e.document,r=n,i=r.currentScript,a=e.HTMLTemplateElement,o=e.Node,s=e.Element,c=e.NodeFilter,l=e.DOMParser,u=e.trustedTypes,d=s.prototype,f=Z(d,`cloneNode`),ee=Z(d,`remove`),te=Z(d,`removeChild`),ne=Z(d,`removeAttributeNode`),re=Z(d,`nextSibling`),p=Z(d,`childNodes`),ie=Z(d,`parentNode`),ae=Z(d,`shadowRoot`),oe=Z(d,`attributes`),se=o&&o.prototype?Z(o.prototype,`nodeType`):null,m=o&&o.prototype?Z(o.prototype,`nodeName`):null,ce=o&&o.prototype?Z(o.prototype,`ownerDocument`):null,h=function(e){return se?se(e):e.nodeType},g=function(e){return m?m(e):e.nodeName},le=fr(d,`namespaceURI`),ue=function(e){return le?le(e):e.namespaceURI},de=function(e){return h(e)===Q.element?oe(e):null};if(typeof a==`function`){let e=n.createElement(`template`);e.content&&e.content.ownerDocument&&(n=e.content.ownerDocument)}let _,fe=``,v,pe=!1,me=0,he=function(){if(me>0)throw or(`A configured TRUSTED_TYPES_POLICY callback (createHTML or createScriptURL) must not call DOMPurify.sanitize, as that causes infinite recursion. Do not pass a policy whose callbacks wrap DOMPurify as TRUSTED_TYPES_POLICY; see the "DOMPurify and Trusted Types" section of the README.`)},y=function(e){he(),me++;try{return _.createHTML(e)}finally{me--}},ge=function(e){return _&&Ue?y(e):e},_e=function(e){he(),me++;try{return _.createScriptURL(e)}finally{me--}},ve=function(){return pe||=(v=Yr(u,i),!0),v},ye=n,be=ye.implementation,xe=ye.createNodeIterator,Se=ye.createDocumentFragment,Ce=ye.getElementsByTagName,we=r.importNode,b=Xr();t.isSupported=typeof Tn==`function`&&typeof ie==`function`&&be&&be.createHTMLDocument!==void 0;let Te=Tr,Ee=Er,x=Dr,De=jr,Oe=Mr,S=Pr,ke=Fr,Ae=Lr,je=Nr,C=null,Me=X({},[...mr,...hr,...gr,...vr,...br]),w=null,Ne=X({},[...xr,...Sr,...Cr,...wr]),T=null,Pe=null,Fe=null,E=Object.seal(jn(null,{tagCheck:{writable:!0,configurable:!1,enumerable:!0,value:null},attributeCheck:{writable:!0,configurable:!1,enumerable:!0,value:null}})),Ie=!0,Le=!0,Re=!1,ze=!0,D=!1,O=!0,k=!1,Be=!1,A=null,Ve=null,He=!1,j=!1,M=!1,Ue=!1,We=!0,Ge=!1,Ke=`user-content-`,qe=!0,Je=!1,N=null,P=null,Ye=!1,Xe=null,Ze=X({},/* @__PURE__ */ `annotation-xml.audio.colgroup.desc.foreignobject.head.iframe.math.mi.mn.mo.ms.mtext.noembed.noframes.noscript.plaintext.script.selectedcontent.style.svg.template.thead.title.video.xmp`.split(`.`)),Qe=null,$e=X({},[`audio`,`video`,`img`,`source`,`image`,`track`]),et=null,tt=X({},[`alt`,`class`,`for`,`id`,`label`,`name`,`pattern`,`placeholder`,`role`,`summary`,`title`,`value`,`style`,`xmlns`]),nt=`http://www.w3.org/1998/Math/MathML`,rt=`http://www.w3.org/2000/svg`,F=`http://www.w3.org/1999/xhtml`,it=F,at=!1,ot=null,st=X({},[nt,rt,F],Yn),ct=W(X({},[`mi`,`mo`,`mn`,`ms`,`mtext`])),lt=null,ut=W(X({},[`annotation-xml`])),dt=null,ft=W(jn(null)),pt=X({},[`title`,`style`,`font`,`a`,`script`]),mt=null,ht=[`application/xhtml+xml`,`text/html`],I=null,gt=null,_t=null,vt=n.createElement(`form`),yt=function(e){return e instanceof RegExp||e instanceof Function},bt=function(){let e=arguments.length>0&&arguments[0]!==void 0?arguments[0]:{};e&&typeof e==`object`||(e={}),e=lr(e),mt=ht.indexOf(e.PARSER_MEDIA_TYPE)===-1?`text/html`:e.PARSER_MEDIA_TYPE,I=mt===`application/xhtml+xml`?Yn:Jn,C=Zr(e,`ALLOWED_TAGS`,Me,{transform:I}),w=Zr(e,`ALLOWED_ATTR`,Ne,{transform:I}),ot=Zr(e,`ALLOWED_NAMESPACES`,st,{transform:Yn}),et=Zr(e,`ADD_URI_SAFE_ATTR`,tt,{transform:I,base:tt}),Qe=Zr(e,`ADD_DATA_URI_TAGS`,$e,{transform:I,base:$e}),Xe=Zr(e,`FORBID_CONTENTS`,Ze,{transform:I}),Pe=Zr(e,`FORBID_TAGS`,jn(null),{transform:I}),Fe=Zr(e,`FORBID_ATTR`,jn(null),{transform:I}),Ye=q(e,`USE_PROFILES`)?e.USE_PROFILES&&typeof e.USE_PROFILES==`object`?lr(e.USE_PROFILES):e.USE_PROFILES:!1,Ie=e.ALLOW_ARIA_ATTR!==!1,Le=e.ALLOW_DATA_ATTR!==!1,Re=e.ALLOW_UNKNOWN_PROTOCOLS||!1,ze=e.ALLOW_SELF_CLOSE_IN_ATTR!==!1,D=e.SAFE_FOR_TEMPLATES||!1,O=e.SAFE_FOR_XML!==!1,k=e.WHOLE_DOCUMENT||!1,j=e.RETURN_DOM||!1,M=e.RETURN_DOM_FRAGMENT||!1,Ue=e.RETURN_TRUSTED_TYPE||!1,He=e.FORCE_BODY||!1,We=e.SANITIZE_DOM!==!1,Ge=e.SANITIZE_NAMED_PROPS||!1,qe=e.KEEP_CONTENT!==!1,Je=e.IN_PLACE||!1,je=pr(e.ALLOWED_URI_REGEXP)?e.ALLOWED_URI_REGEXP:Nr,it=typeof e.NAMESPACE==`string`?e.NAMESPACE:F,lt=Qr(e,`MATHML_TEXT_INTEGRATION_POINTS`,ct),dt=Qr(e,`HTML_INTEGRATION_POINTS`,ut);let t=Qr(e,`CUSTOM_ELEMENT_HANDLING`,ft);if(T=jn(null),q(t,`tagNameCheck`)&&yt(t.tagNameCheck)&&(T.tagNameCheck=t.tagNameCheck),q(t,`attributeNameCheck`)&&yt(t.attributeNameCheck)&&(T.attributeNameCheck=t.attributeNameCheck),q(t,`allowCustomizedBuiltInElements`)&&typeof t.allowCustomizedBuiltInElements==`boolean`&&(T.allowCustomizedBuiltInElements=t.allowCustomizedBuiltInElements),G(T),D&&(Le=!1),M&&(j=!0),Ye&&((q(e,`ALLOWED_TAGS`)||q(e,`ALLOWED_ATTR`))&&typeof console<`u`&&typeof console.warn==`function`&&console.warn(`DOMPurify: USE_PROFILES overrides ALLOWED_TAGS and ALLOWED_ATTR. Do not use these options together.`),C=X({},br),w=jn(null),Ye.html===!0&&(X(C,mr),X(w,xr)),Ye.svg===!0&&(X(C,hr),X(w,Sr),X(w,wr)),Ye.svgFilters===!0&&(X(C,gr),X(w,Sr),X(w,wr)),Ye.mathMl===!0&&(X(C,vr),X(w,Cr),X(w,wr))),E.tagCheck=null,E.attributeCheck=null,q(e,`ADD_TAGS`)&&(typeof e.ADD_TAGS==`function`?E.tagCheck=e.ADD_TAGS:Bn(e.ADD_TAGS)&&(C===Me&&(C=ur(C)),X(C,e.ADD_TAGS,I))),q(e,`ADD_ATTR`)&&(typeof e.ADD_ATTR==`function`?E.attributeCheck=e.ADD_ATTR:Bn(e.ADD_ATTR)&&(w===Ne&&(w=ur(w)),X(w,e.ADD_ATTR,I))),q(e,`ADD_FORBID_CONTENTS`)&&Bn(e.ADD_FORBID_CONTENTS)&&(Xe===Ze&&(Xe=ur(Xe)),X(Xe,e.ADD_FORBID_CONTENTS,I)),qe&&(C[`#text`]=!0),k&&X(C,[`html`,`head`,`body`]),C.table&&(C.tbody=!0,delete Pe.tbody),e.TRUSTED_TYPES_POLICY){if(typeof e.TRUSTED_TYPES_POLICY.createHTML!=`function`)throw or(`TRUSTED_TYPES_POLICY configuration option must provide a "createHTML" hook.`);if(typeof e.TRUSTED_TYPES_POLICY.createScriptURL!=`function`)throw or(`TRUSTED_TYPES_POLICY configuration option must provide a "createScriptURL" hook.`);let t=_;_=e.TRUSTED_TYPES_POLICY;try{fe=y(``)}catch(e){throw _=t,e}}else e.TRUSTED_TYPES_POLICY===null?(_=void 0,fe=``):(_===void 0&&(_=ve()),_&&typeof fe==`string`&&(fe=y(``)));gt=W(e)},xt=X({},[...hr,...gr,..._r]),St=X({},[...vr,...yr]),Ct=function(e,t,n){return t===F?e===`svg`:t===nt?e===`svg`&&(n===`annotation-xml`||lt[n]):!!xt[e]},wt=function(e,t,n){return t===F?e===`math`:t===rt?e===`math`&&dt[n]:!!St[e]},Tt=function(e,t,n){return t===rt&&!dt[n]||t===nt&&!lt[n]?!1:!St[e]&&(pt[e]||!xt[e])},Et=function(e){let t=ue(e),n=Jn(g(e)),r=ie(e),i=it,a=`template`;return r&&h(r)===Q.element&&(i=ue(r),a=Jn(g(r))),ot[t]?t===rt?Ct(n,i,a):t===nt?wt(n,i,a):t===F?Tt(n,i,a):mt===`application/xhtml+xml`:!1},Dt=function(e){Ln(t.removed,{element:e}),Rt(e);try{ie(e).removeChild(e)}catch{if(ee(e),!ie(e))throw or(`a node selected for removal could not be detached from its tree and cannot be safely returned; refusing to sanitize in place`)}},Ot=function(e,t,n){try{ne(e,t)}catch{try{e.removeAttribute(n)}catch{}}},kt=function(e){z(e);let t=p(e);t&&K(Rn(t),t=>{try{te(e,t)}catch{}}),h(e)===Q.element&&At(e,!1)},L=function(e,n,r){if(!r)try{r=n.getAttributeNode(e)}catch{r=null}if(Ln(t.removed,{attribute:r||null,from:n}),r)Ot(n,r,e);else try{n.removeAttribute(e)}catch{}if(e===`is`){if(j||M)try{Dt(n)}catch{}else try{n.setAttribute(e,``)}catch{}}},At=function(e,t){let n=oe(e);if(n)for(let r=n.length-1;r>=0;--r){let i=n[r],a=i&&i.name;typeof a==`string`&&!(t&&w[I(a)])&&Ot(e,i,a)}},R=function(e,t){let n=arguments.length>2&&arguments[2]!==void 0&&arguments[2],r=[e];for(;r.length>0;){let e=r.pop();if(t(e)===!1)continue;if(n&&h(e)===Q.element){let t=ae(e);Xt(t)&&r.push(t)}let i=p(e);if(i)for(let e=i.length-1;e>=0;--e)r.push(i[e])}},z=function(e){R(e,e=>{h(e)===Q.element&&At(e,!0)})},jt=function(e){let t=[];return R(e,e=>{t.push(e)},!0),t},Mt=function(e,t){let n=Vn();K(jt(e),e=>{h(e)===Q.element&&Hn(n,e)}),K(t,e=>{h(e)===Q.element&&!Un(n,e)&&At(e,!0)})},Nt=function(e,n){let r=!1;return K(t.removed,t=>{t.element&&(r||=t.element===e,z(t.element))}),Mt(e,n),r},Pt=function(e,t){kt(e),Nt(e,t)},Ft=function(e,t){let n=N,r=null,i=()=>(r||(r=Vn(),K(t,e=>{Hn(r,e)})),r);for(let t=0;;t++){let r=jt(e),a=[e],o=!1;if(K(r,e=>{h(e)===Q.documentFragment?Ln(a,e):!o&&!Un(n,e)&&(o=Un(i(),e))}),!o)return;if(t>=8)throw or(`the tree kept changing during in-place sanitization; refusing to return it`);K(a,(t,n)=>{It(t,n>0,e,i())})}},It=function(e,t,n,r){let i=Ht(e),a;for(;a=i.nextNode();)Un(r,a)&&!Un(N,a)&&(t&&B(b.uponSanitizeShadowNode,a,null),un(a,n))},Lt=function(e){if(!N)return;Hn(N,e);let t=Kn(P,e);if(t!==void 0){if(t>=8)throw or(`the tree kept changing during in-place sanitization; refusing to return it`);qn(P,e,t+1)}},Rt=function(e){N&&(Wn(N,e),Kn(P,e)===void 0&&qn(P,e,0))},zt=function(e,t){return O?e===`patchsrc`||e===`for`&&t!==`label`&&t!==`output`:!1},Bt=function(e){O&&R(e,e=>{let t=h(e);if(t===Q.processingInstruction||t===Q.comment&&J(zr,e.data)){try{ee(e)}catch{}return!1}if(t===Q.element){let t=e,n=I(g(e));try{t.hasAttribute&&t.hasAttribute(`patchsrc`)&&t.removeAttribute(`patchsrc`),t.hasAttribute&&t.hasAttribute(`for`)&&zt(`for`,n)&&t.removeAttribute(`for`)}catch{}}return!0})},Vt=function(e){let t=null,r=null;if(He)e=`<remove></remove>`+e;else{let t=Xn(e,Wr);r=t&&t[0]}mt===`application/xhtml+xml`&&it===F&&(e=`<html xmlns="http://www.w3.org/1999/xhtml"><head></head><body>`+e+`</body></html>`);let i=_?y(e):e;if(it===F)try{t=new l().parseFromString(i,mt)}catch{}if(!t||!t.documentElement){t=be.createDocument(it,`template`,null);try{t.documentElement.innerHTML=at?fe:i}catch{}}let a=t.body||t.documentElement;return e&&r&&a.insertBefore(n.createTextNode(r),a.childNodes[0]||null),it===F?Ce.call(t,k?`html`:`body`)[0]:k?t.documentElement:a},Ht=function(e){let t=arguments.length>1&&arguments[1]!==void 0&&arguments[1],n=ce?ce(e):e.ownerDocument;return xe.call(n||e,e,(t?0:c.SHOW_ELEMENT)|c.SHOW_COMMENT|c.SHOW_TEXT|c.SHOW_PROCESSING_INSTRUCTION|c.SHOW_CDATA_SECTION,null)},Ut=function(e){return e=Zn(e,Te,` `),e=Zn(e,Ee,` `),e=Zn(e,x,` `),e},Wt=function(e){qt(e);let t=e.querySelectorAll?.call(e,`template`);t&&K(t,e=>{Xt(e.content)&&Wt(e.content)})},Gt=X({},[`caption`,`colgroup`,`col`,`thead`,`tbody`,`tfoot`,`tr`,`td`,`th`,`style`,`script`,`template`]),Kt=function(e){if(mt===`application/xhtml+xml`)return;let t=e.querySelectorAll?.call(e,`table,tbody,thead,tfoot,tr,colgroup`);t&&t.length!==0&&K(t,t=>{K(Rn(p(t)),n=>{let r=h(n);if(!(r===Q.text?J(kr,n.data):r===Q.element&&!Gt[Jn(g(n))]))return;let i=t;for(;i&&Jn(g(i))!==`table`;)i=i===e?null:ie(i);let a=i&&i!==e?ie(i):null;if(a)try{a.insertBefore(n,i)}catch{}})})},qt=function(e){Kt(e),e.normalize();let t=Ht(e,!0),n=null,r=t.nextNode();for(;r;){let e=r.data;if(J(Ar,e)&&(e=Zn(e,Ar,``),r.data=e),J(Or,e)&&(e=Ut(e),r.data=e),e&&h(r)===Q.text){if(n){let t=n.data;J(Or,t[t.length-1]+e[0])&&(n.data=Ut(t+e[0]))}n=r}r=t.nextNode()}},Jt=function(e){let t=m?m(e):null;return typeof t!=`string`||I(t)!==`form`?!1:typeof e.nodeName!=`string`||typeof e.textContent!=`string`||typeof e.removeChild!=`function`||e.attributes!==oe(e)||typeof e.removeAttribute!=`function`||typeof e.removeAttributeNode!=`function`||typeof e.getAttributeNode!=`function`||typeof e.setAttribute!=`function`||typeof e.namespaceURI!=`string`||typeof e.insertBefore!=`function`||typeof e.hasChildNodes!=`function`||e.nodeType!==se(e)||e.childNodes!==p(e)},Yt=function(e){if(!se||typeof e!=`object`||!e)return null;try{let t=se(e);return typeof t==`number`?t:null}catch{return null}},Xt=function(e){return Yt(e)===Q.documentFragment},Zt=function(e){return Yt(e)!==null};function B(e,n,r){e.length!==0&&K(e,e=>{e.call(t,n,r,gt)})}let Qt=function(e,t){let n=!!qr[t],r=!!Gr[t];return!n&&!r&&!Kr[t]||ue(e)!==F?!1:n?e.hasChildNodes():Zt(e.firstElementChild)?!0:r&&typeof e.textContent==`string`&&J(Rr,e.textContent)},$t=function(e,t,n){return!!(O&&n===Q.element&&e.hasChildNodes()&&!Zt(e.firstElementChild)&&J(Rr,e.textContent)&&J(Rr,e.innerHTML)||O&&n===Q.element&&Qt(e,t)||n===Q.processingInstruction||O&&n===Q.comment&&J(Br,e.data))},en=function(e,t){return e instanceof RegExp?J(e,t):e instanceof Function&&!!e(t,...[...arguments].slice(2))},tn=function(e,t,n){if(!Pe[t]&&cn(t)&&en(T.tagNameCheck,t))return!1;if(qe&&!Xe[t]&&!Xe[Jn(t)]){let t=ie(e),r=p(e);if(r&&t){let i=r.length;for(let a=i-1;a>=0;--a){let i=e===n?f(r[a],!0):r[a];t.insertBefore(i,re(e))}}}return Dt(e),!0},nn=function(e,t,n,r){return e.length===0?t:t===n||t===r?ur(t):t},rn=function(e,t){return e===t||ie(e)!==null?!1:(Je&&z(e),Rt(e),!0)},an=function(e,n){if(Lt(e),B(b.beforeSanitizeElements,e,null),rn(e,n))return!0;if(Jt(e))return Dt(e),!0;let r=I(g(e)),i=h(e);if(C=nn(b.uponSanitizeElement,C,Me,A),B(b.uponSanitizeElement,e,{tagName:r,allowedTags:C}),rn(e,n))return!0;if($t(e,r,i))return Dt(e),!0;if((Pe[r]||!(E.tagCheck instanceof Function&&E.tagCheck(r))&&!C[r])&&tn(e,r,n))return!0;if(i===Q.element&&!Et(e)||(r===`noscript`||r===`noembed`||r===`noframes`)&&J(Vr,e.innerHTML))return Dt(e),!0;if(D&&i===Q.text){let n=e.textContent,r=Ut(n);n!==r&&(Ln(t.removed,{element:e.cloneNode()}),e.textContent=r)}return B(b.afterSanitizeElements,e,null),rn(e,n)},on=function(e,t,r){if(Fe[t]||zt(t,e)||We&&(t===`id`||t===`name`)&&(r in n||r in vt))return!1;let i=w[t]||E.attributeCheck instanceof Function&&E.attributeCheck(t,e);if(Le&&J(De,t)||Ie&&J(Oe,t))return!0;if(!i)return cn(e)&&en(T.tagNameCheck,e)&&en(T.attributeNameCheck,t,e)||t===`is`&&T.allowCustomizedBuiltInElements&&en(T.tagNameCheck,r);if(et[t])return!0;let a=Zn(r,ke,``);return J(je,a)||(t===`src`||t===`xlink:href`||t===`href`)&&e!==`script`&&Qn(r,`data:`)===0&&Qe[e]||Re&&!J(S,a)?!0:!r},sn=X({},[`annotation-xml`,`color-profile`,`font-face`,`font-face-format`,`font-face-name`,`font-face-src`,`font-face-uri`,`missing-glyph`]),cn=function(e){return!sn[Jn(e)]&&J(Ae,e)},V=function(e,t,n,r){if(_&&typeof u==`object`&&typeof u.getAttributeType==`function`&&!n)switch(u.getAttributeType(e,t)){case`TrustedHTML`:return y(r);case`TrustedScriptURL`:return _e(r)}return r},ln=function(e,t,n,r){try{return n?e.setAttributeNS(n,t,r):e.setAttribute(t,r),!Jt(e)||(Dt(e),!1)}catch{return L(t,e),!1}},H=function(e,t){return O&&J(Ur,t)?!0:Jn(e)===`attributename`&&Qn(t,`href`)!==-1},U=function(e,n){if(B(b.beforeSanitizeAttributes,e,null),rn(e,n))return;let r=de(e);if(!r||Jt(e))return;w=nn(b.uponSanitizeAttribute,w,Ne,Ve);let i={attrName:``,attrValue:``,keepAttr:!0,allowedAttributes:w,forceKeepAttr:void 0},a=r.length,o=I(g(e));for(;a--;){let n=r[a];if(!n)continue;let s=n.name,c=n.namespaceURI,l=n.value,u=I(s),d=l,f=s===`value`?d:$n(d),ee=!1;i.attrName=u,i.attrValue=f,i.keepAttr=!0,i.forceKeepAttr=void 0,B(b.uponSanitizeAttribute,e,i),f=i.attrValue,Ge&&(u===`id`||u===`name`)&&Qn(f,Ke)!==0&&(L(s,e,n),f=Ke+f,ee=!0),H(s,f)?L(s,e,n):i.forceKeepAttr||(i.keepAttr?!ze&&J(Hr,f)?L(s,e,n):(D&&(f=Ut(f)),on(o,u,f)?(f=V(o,u,c,f),f!==d&&ln(e,s,c,f)&&ee&&In(t.removed)):L(s,e,n)):L(s,e,n))}B(b.afterSanitizeAttributes,e,null),rn(e,n)},un=function(e,t){an(e,t),U(e,t),Xt(e.content)&&dn(e.content)},dn=function(e){let t=null,n=Ht(e);for(B(b.beforeSanitizeShadowDOM,e,null);t=n.nextNode();)if(B(b.uponSanitizeShadowNode,t,null),un(t,e),h(t)===Q.element){let e=ae(t);Xt(e)&&(fn(e),dn(e))}D&&qt(e),B(b.afterSanitizeShadowDOM,e,null)},fn=function(e){let t=[{node:e,shadow:null}];for(;t.length>0;){let e=t.pop();if(e.shadow){dn(e.shadow);continue}let n=e.node,r=h(n)===Q.element,i=p(n);if(i)for(let e=i.length-1;e>=0;--e)t.push({node:i[e],shadow:null});if(r){let e=m?m(n):null;if(typeof e==`string`&&I(e)===`template`){let e=n.content;Xt(e)&&t.push({node:e,shadow:null})}}if(r){let e=ae(n);Xt(e)&&t.push({node:null,shadow:e},{node:e,shadow:null})}}},pn=function(e){let n=arguments.length>1&&arguments[1]!==void 0?arguments[1]:{},i=null,a=null,o=null,s=null;if(at=!e,at&&(e=`<!-->`),typeof e!=`string`&&!Zt(e)&&(e=dr(e),typeof e!=`string`))throw or(`dirty is not a string, aborting`);if(!t.isSupported)return e;Be?(C=A,w=Ve):bt(n),_t=gt,t.removed=[];let c=Je&&typeof e!=`string`&&Zt(e),l=[],u=N,d=P;if(c){Bt(e),l=jt(e);let t=g(e);if(typeof t==`string`){let n=I(t);if(!C[n]||Pe[n])throw Pt(e,l),or(`root node is forbidden and cannot be sanitized in-place`)}if(Jt(e))throw Pt(e,l),or(`root node is clobbered and cannot be sanitized in-place`);N=Vn(),P=Gn()}else if(Zt(e))i=Vt(`<!---->`),a=i.ownerDocument.importNode(e,!0),a.nodeType===Q.element&&a.nodeName===`BODY`||a.nodeName===`HTML`?i=a:i.appendChild(a),fn(i);else{if(!j&&!D&&!k&&e.indexOf(`<`)===-1)return ge(e);if(i=Vt(e),!i)return j?null:Ue?fe:``}i&&He&&Dt(i.firstChild);let f=c?e:i;try{c&&fn(e);let t=Ht(f);for(;o=t.nextNode();)un(o,f);c&&Ft(e,l)}catch(t){throw c&&Pt(e,l),t}finally{N=u,P=d}if(c){if(Nt(e,l))throw or(`a node selected for removal could not be safely returned; refusing to sanitize in place`);return D&&Wt(e),e}if(j){if(D&&Wt(i),M)for(s=Se.call(i.ownerDocument);i.firstChild;)s.appendChild(i.firstChild);else s=i;return(w.shadowroot||w.shadowrootmode)&&(s=we.call(r,s,!0)),s}D&&qt(i);let ee=k?i.outerHTML:i.innerHTML;return k&&C[`!doctype`]&&i.ownerDocument&&i.ownerDocument.doctype&&i.ownerDocument.doctype.name&&J(Ir,i.ownerDocument.doctype.name)&&(ee=`<!DOCTYPE `+i.ownerDocument.doctype.name+`>
`+ee),ge(ee)};return t.sanitize=function(e){let n=arguments.length>1&&arguments[1]!==void 0?arguments[1]:{},r=_t,i=C,a=w,o=t.removed;_t=null;try{return pn(e,n)}finally{_t=r,r&&(Be||bt(r),C=i,w=a,t.removed=o)}},t.setConfig=function(){let e=arguments.length>0&&arguments[0]!==void 0?arguments[0]:{};bt(e),Be=!0,A=C,Ve=w},t.clearConfig=function(){gt=null,Be=!1,A=null,Ve=null,_=v,fe=``},t.isValidAttribute=function(e,t,n){gt||bt({});let r=I(e),i=I(t);return typeof n==`string`&&(H(t,n)||!ze&&J(Hr,n))?!1:on(r,i,n)},t.addHook=function(e,t){typeof t==`function`&&q(b,e)&&Ln(b[e],t)},t.removeHook=function(e,t){if(q(b,e)){if(t!==void 0){let n=Fn(b[e],t);return n===-1?void 0:zn(b[e],n,1)[0]}return In(b[e])}},t.removeHooks=function(e){q(b,e)&&(b[e]=[])},t.removeAllHooks=function(){b=Xr()},t}var ei=$r(),{I:ti}=Re,ni=e=>e.strings===void 0,ri={ATTRIBUTE:1,CHILD:2,PROPERTY:3,BOOLEAN_ATTRIBUTE:4,EVENT:5,ELEMENT:6},ii=e=>(...t)=>({_$litDirective$:e,values:t}),ai=class{constructor(e){}get _$AU(){return this._$AM._$AU}_$AT(e,t,n){this._$Ct=e,this._$AM=t,this._$Ci=n}_$AS(e,t){return this.update(e,t)}update(e,t){return this.render(...t)}},oi=(e,t)=>{let n=e._$AN;if(n===void 0)return!1;for(let e of n)e._$AO?.(t,!1),oi(e,t);return!0},si=e=>{let t,n;do{if((t=e._$AM)===void 0)break;n=t._$AN,n.delete(e),e=t}while(n?.size===0)},ci=e=>{for(let t;t=e._$AM;e=t){let n=t._$AN;if(n===void 0)t._$AN=n=/* @__PURE__ */ new Set;else if(n.has(e))break;n.add(e),di(t)}};function li(e){this._$AN===void 0?this._$AM=e:(si(this),this._$AM=e,ci(this))}function ui(e,t=!1,n=0){let r=this._$AH,i=this._$AN;if(i!==void 0&&i.size!==0){if(t){if(Array.isArray(r))for(let e=n;e<r.length;e++)oi(r[e],!1),si(r[e]);else r!=null&&(oi(r,!1),si(r))}else oi(this,e)}}var di=e=>{e.type==ri.CHILD&&(e._$AP??=ui,e._$AQ??=li)},fi=class extends ai{constructor(){super(...arguments),this._$AN=void 0}_$AT(e,t,n){super._$AT(e,t,n),ci(this),this.isConnected=e._$AU}_$AO(e,t=!0){e!==this.isConnected&&(this.isConnected=e,e?this.reconnected?.():this.disconnected?.()),t&&(oi(this,e),si(this))}setValue(e){if(ni(this._$Ct))this._$Ct._$AI(e,this);else{let t=[...this._$Ct._$AH];t[this._$Ci]=e,this._$Ct._$AI(t,this,0)}}disconnected(){}reconnected(){}},pi=/* @__PURE__ */ new WeakMap,mi=ii(class extends fi{render(e){return S}update(e,[t]){let n=t!==this.G;return n&&this.rt(void 0),(n||this.lt!==this.ct)&&(this.G=t,this.ht=e.options?.host,this.rt(this.ct=e.element)),S}rt(e){if(this.G!==void 0){if(this.isConnected||(e=void 0),typeof this.G==`function`){let t=this.ht??globalThis,n=pi.get(t);n===void 0&&(n=/* @__PURE__ */ new WeakMap,pi.set(t,n)),n.get(this.G)!==void 0&&this.G.call(this.ht,void 0),n.set(this.G,e),e!==void 0&&this.G.call(this.ht,e)}else this.G.value=e}}get lt(){return typeof this.G==`function`?pi.get(this.ht??globalThis)?.get(this.G):this.G?.value}disconnected(){this.lt===this.ct&&this.rt(void 0)}reconnected(){this.rt(this.ct)}}),hi=`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,gi=e=>hi+ei.sanitize(e,{FORBID_TAGS:[`form`,`input`,`button`,`iframe`,`style`]}),_i=window.trustedTypes?.createPolicy(`mass-reply`,{createHTML:gi})??{createHTML:gi};function vi(e,t){return x`<iframe class="mail" sandbox="" title=${t} ${mi(t=>{t instanceof HTMLIFrameElement&&(t.srcdoc=_i.createHTML(e))})}></iframe>`}var yi=[`preparing`,`awaiting_confirmation`,`awaiting_approval`,`scheduled`,`sending`,`paused`,`completed`,`cancelled`,`expired`],bi=[`queued`,`sending`,`sent`,`delivered`,`read`,`failed`,`uncertain`,`skipped`,`cancelled`],xi=class extends H{constructor(...e){super(...e),this.items=null,this.cursor=null,this.log=[],this.#e=null,this.#t=``,this.#n=e=>this.try(async()=>{e||(this.items=[]);let t=this.place.get(`status`)||void 0,n=await this.api.get(`/mass-replies`,{query:{limit:50,cursor:e??void 0,status:t}});this.items=[...this.items??[],...n.items],this.cursor=n.next_cursor}),this.#r=e=>this.try(async()=>{let t=this.#e=new Jt(this.api,null);if(t.addEventListener(`change`,()=>this.requestUpdate()),await t.open(e),t.trouble)throw t.trouble;this.may(`admin`)&&(this.log=(await this.api.get(`/audit-log`,{query:{mass_reply:e,limit:100}})).items)})}#e;#t;willUpdate(e){let t=this.place.toString();if(this.#t===t&&(this.#e||this.items))return;this.#t=t,this.#e?.leave(),this.#e=null;let n=this.place.get(`id`);n?this.#r(n):this.#n(null)}disconnectedCallback(){super.disconnectedCallback(),this.#e?.leave(),this.#e=null,this.#t=``}#n;#r;render(){return x`${this.said()}${this.place.get(`id`)?this.#a():this.#i()}`}#i(){let{words:e}=this,{say:t}=e;return x`<div class="page-head row spread"><h1>${t(`nav_mass_replies`)}</h1>
        <label class="field">${t(`filter_status`)}<select @change=${e=>location.hash=U(`mass-replies`,{status:e.target.value})}>
          <option value="">${t(`any`)}</option>${yi.map(t=>x`<option value=${t} ?selected=${t===this.place.get(`status`)}>${e.batchStatus(t)}</option>`)}</select></label>
      </div>
      <div class="wide"><table>
        <thead><tr><th>${t(`col_state`)}</th><th>${t(`message`)}</th><th class="number">${t(`recipients`)}</th><th>${t(`col_who`)}</th><th>${t(`col_time`)}</th></tr></thead>
        <tbody>${this.items?.map(t=>x`<tr>
            <td class="tight"><span class="state ${t.status}">${e.batchStatus(t.status)}</span></td>
            <td><a href=${U(`mass-replies`,{id:t.id})} class="clip">${t.message.text}</a></td>
            <td class="number">${t.recipient_count===null?`…`:e.number(t.recipient_count)}</td>
            <td>${t.author.name}</td>
            <td class="tight"><time title=${e.exact(t.created_at)}>${e.ago(t.created_at)}</time></td>
          </tr>`)}</tbody>
      </table></div>
      ${this.items?.length===0?x`<p class="soft">${t(`nothing_here`)}</p>`:S}
      ${this.cursor?x`<button @click=${()=>this.#n(this.cursor)}>${t(`show_more`)}</button>`:S}`}#a(){let{words:e}=this,{say:t}=e,n=this.#e?.batch;return n?x`<p><a href=${U(`mass-replies`)}>← ${t(`nav_mass_replies`)}</a></p>
      <div class="page-head row spread"><h1>${e.batchStatus(n.status)}</h1>
        <button class="main" @click=${()=>this.dispatchEvent(new CustomEvent(`watch`,{detail:n.id,bubbles:!0}))}>${t(`open_dialog`)}</button></div>
      <p class="soft">${t(`by_at`,{name:n.author.name,time:e.exact(n.created_at)})}</p>
      <div class="columns">
        <section class="stack" aria-label=${t(`message`)}><h2>${t(`message`)}</h2>
          <div class="bubble">${n.message.text}</div>
          ${n.message.html?vi(n.message.html,t(`html_part`)):S}
          <h2>${t(`selected_by`)}</h2><pre class="bubble">${JSON.stringify(n.selection,null,1)}</pre>
        </section>
        <section class="stack" aria-label=${t(`counts`)}><h2>${t(`counts`)}</h2>
          <table><tbody>${n.counts?bi.map(t=>x`<tr><th scope="row">${e.status(t)}</th><td class="number">${e.number(n.counts[t])}</td></tr>`):S}
            <tr><th scope="row">${t(`sum`)}</th><td class="number"><strong>${e.number(n.selected_count)}</strong></td></tr></tbody></table>
        </section>
      </div>
      <mass-reply-watch .model=${this.#e} .words=${e} @follow-up=${e=>this.#o(n.id,e.detail)}></mass-reply-watch>
      ${this.log.length?x`<section class="stack"><h2>${t(`log`)}</h2><ul>${this.log.map(t=>x`<li>${e.exact(t.at)} · <strong>${t.action}</strong> · ${t.actor.author.name}${t.reason?` · ${t.reason}`:``}</li>`)}</ul></section>`:S}`:x`<p class="soft">${t(`loading`)}</p>`}#o(e,t){let n={follow_up:{mass_reply_id:e,statuses:t}};this.dispatchEvent(new CustomEvent(`write`,{detail:n,bubbles:!0}))}};R([M()],xi.prototype,`items`,void 0),R([M()],xi.prototype,`cursor`,void 0),R([M()],xi.prototype,`log`,void 0),xi=R([A(`mass-reply-history`)],xi);var $=class extends H{constructor(...e){super(...e),this.guards=null,this.snippets=[],this.keys=[],this.hooks=[],this.rules=[],this.log=[],this.saved=!1,this.shortcode=``,this.text=``,this.#r=()=>this.try(async()=>{this.saved=!1,this.guards=await this.api.put(`/settings`,{body:this.guards}),this.saved=!0}),this.#o=e=>this.try(async()=>{await this.api.delete(`/snippets/{shortcode}`,{path:{shortcode:e}}),await this.#e()})}firstUpdated(){this.try(()=>this.#e())}async#e(){this.snippets=(await this.api.get(`/snippets`,{query:{limit:500}})).items,this.may(`admin`)&&(this.guards=await this.api.get(`/settings`),this.keys=(await this.api.get(`/api-keys`,{query:{limit:100}})).items,this.hooks=(await this.api.get(`/webhook-endpoints`)).items,this.rules=(await this.api.get(`/automation-rules`)).items,this.log=(await this.api.get(`/audit-log`,{query:{limit:50}})).items)}render(){let{say:e,exact:t,ago:n}=this.words,r=e=>e?x`<time title=${t(e)}>${n(e)}</time>`:`–`;return x`<div class="page-head"><h1>${e(`nav_settings`)}</h1></div>
      ${this.said()} ${this.may(`admin`)?this.#n():x`<p class="note">${e(`needs_admin`)}</p>`} ${this.#i()}
      ${this.#t(e(`rules`),this.rules,e=>[e.key,e.enabled?`✓`:`–`])}
      ${this.#t(e(`webhooks`),this.hooks,e=>[e.key,e.url,e.state])}
      ${this.#t(e(`keys`),this.keys,t=>[t.name,t.roles.join(`, `),t.revoked_at?e(`revoked`):r(t.last_used_at)])}
      ${this.#t(e(`log`),this.log,e=>[r(e.at),e.action,e.actor.author.name,e.object_id??``])}`}#t(e,t,n){return this.may(`admin`)?x`<section class="stack"><h2>${e}</h2>
          ${t.length?x`<table><tbody>${t.map(e=>x`<tr>${n(e).map(e=>x`<td>${e}</td>`)}</tr>`)}</tbody></table>`:x`<p class="soft">${this.words.say(`nothing_here`)}</p>`}</section>`:S}#n(){let{say:e}=this.words,{guards:t}=this;if(!t)return S;let n=n=>x`<label class="field">${e(`guard_${n}`)}
      <input type="number" min="0" size="8" .value=${String(t[n]??``)} @change=${e=>{let{value:r}=e.target;this.guards={...t,[n]:r===``?null:Number(r)}}} /></label>`;return x`<section class="stack"><h2>${e(`guards`)}</h2>
      <div class="row guards">${n(`approval_above`)} ${n(`max_per_contact_per_day`)} ${n(`inactive_after_days`)}
        <label class="field">${e(`guard_agent`)}<input type="number" min="1" size="8" .value=${String(t.max_recipients.agent??``)} @change=${e=>{let{value:n}=e.target,{agent:r,...i}=t.max_recipients;this.guards={...t,max_recipients:n?{...i,agent:Number(n)}:i}}} /></label></div>
      <label class="choice"><input type="checkbox" .checked=${t.once_per_contact} @change=${e=>this.guards={...t,once_per_contact:e.target.checked}} />${e(`guard_once`)}</label>
      <label class="choice"><input type="checkbox" .checked=${t.inactive===`skip`} @change=${e=>this.guards={...t,inactive:e.target.checked?`skip`:`warn`}} />${e(`guard_skip`)}</label>
      <div class="row"><button class="main" @click=${this.#r}>${e(`save`)}</button><span role="status">${this.saved?e(`is_saved`):``}</span></div>
    </section>`}#r;#i(){let{say:e}=this.words,t=this.may(`admin`);return x`<section class="stack"><h2>${e(`snippets`)}</h2>
      ${this.snippets.length?x`<table><tbody>${this.snippets.map(n=>x`<tr><th scope="row">/${n.shortcode}</th><td class="plain-text">${n.text}</td>
        <td class="tight">${t?x`<button class="plain stop" aria-label=${e(`remove`,{name:n.shortcode})} @click=${()=>this.#o(n.shortcode)}>✕</button>`:S}</td></tr>`)}</tbody></table>`:x`<p class="soft">${e(`nothing_here`)}</p>`}
      ${t?x`<form class="row" @submit=${this.#a}>
              <label class="field">${e(`shortcode`)}<input required pattern="[A-Za-z0-9][A-Za-z0-9_\\-]*" size="12" .value=${this.shortcode} @input=${e=>this.shortcode=e.target.value} /></label>
              <label class="field grow">${e(`snippet_text`)}<input class="full" required .value=${this.text} @input=${e=>this.text=e.target.value} /></label>
              <button class="lower">${e(`save`)}</button></form>`:S}</section>`}#a(e){e.preventDefault(),this.try(async()=>{await this.api.put(`/snippets/{shortcode}`,{path:{shortcode:this.shortcode},body:{text:this.text}}),this.shortcode=this.text=``,await this.#e()})}#o};R([M()],$.prototype,`guards`,void 0),R([M()],$.prototype,`snippets`,void 0),R([M()],$.prototype,`keys`,void 0),R([M()],$.prototype,`hooks`,void 0),R([M()],$.prototype,`rules`,void 0),R([M()],$.prototype,`log`,void 0),R([M()],$.prototype,`saved`,void 0),R([M()],$.prototype,`shortcode`,void 0),R([M()],$.prototype,`text`,void 0),$=R([A(`mass-reply-settings`)],$);var Si=c`
  :host {
    display: grid;
    grid-template-columns: 184px minmax(0, 1fr);
    min-height: 100dvh;
    background: var(--paper);
  }
  h1 { font-size: 22px; line-height: 28px; font-weight: 600; }
  main { padding: 20px 24px 48px; display: block; }
  main h2 { font-size: 16px; line-height: 24px; }
  main > * { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
  main.door { grid-column: 1 / -1; display: grid; place-content: center; padding: 16px; }
  .door form { width: min(400px, calc(100vw - 32px)); padding: 24px; }
  nav { background: var(--shade); border-right: 1px solid var(--line); padding: 16px 8px; display: flex; flex-direction: column; justify-content: space-between; gap: 16px; position: sticky; top: 0; height: 100dvh; }
  nav ul { display: grid; gap: 4px; }
  nav li a { display: block; padding: 8px 12px; border-radius: var(--radius); color: inherit; text-decoration: none; }
  nav li a:hover { background: var(--line); }
  nav li a[aria-current='page'] { background: var(--accent); color: var(--on-accent); font-weight: 600; }
  .who { padding: 0 12px; overflow-wrap: anywhere; }
  .who button, .door .plain { padding: 2px 8px; min-height: 30px; }
  [aria-pressed='true'] { font-weight: 700; text-decoration: underline; }
  .page-head { min-height: 36px; }
  .total { font-size: 16px; }
  .filters { align-items: end; }
  .bulk { min-height: 52px; padding: 8px 12px; background: var(--shade); border-radius: var(--radius); position: sticky; top: 0; z-index: 1; }
  .wide { overflow-x: auto; }
  .tick { width: 34px; }
  .tight { white-space: nowrap; }
  .clip { display: block; max-width: 56ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  tr[aria-selected='true'] { background: var(--shade); }
  .chip { display: inline-block; border: 1px solid var(--line); border-radius: 12px; padding: 0 8px; font-size: 12px; }
  .state { border: 1px solid var(--control); border-radius: 12px; padding: 1px 10px; white-space: nowrap; }
  .state.sending, .state.ready, .state.completed { border-color: var(--good); color: var(--good); }
  .state.paused, .state.cooling, .state.awaiting_approval, .state.scheduled { border-color: var(--amber); color: var(--amber); }
  .beside { display: grid; gap: 24px; grid-template-columns: minmax(0, 3fr) minmax(280px, 2fr); align-items: start; }
  .thread { border-left: 1px solid var(--line); padding-left: 24px; }
  .item { padding: 8px 12px; border-radius: var(--radius); background: var(--shade); }
  .item.reply { border-left: 4px solid var(--accent); }
  .item.system_note { border-left: 4px solid var(--control); }
  .item.system_error { border-left: 4px solid var(--danger); }
  .plain-text { white-space: pre-wrap; overflow-wrap: anywhere; }
  .cards { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); }
  .full { width: 100%; }
  .grow { flex: 1; }
  .guards { align-items: end; }
  .icon { width: 16px; height: 16px; vertical-align: -3px; fill: none; stroke: currentColor; stroke-width: 1.3; stroke-linejoin: round; }
  .mail { width: 100%; height: 260px; border: 1px solid var(--line); border-radius: var(--radius); background: #fff; }
  pre { margin: 0; font: 13px/18px ui-monospace, monospace; }
  mass-reply-watch .body { padding: 0; }
  @media (max-width: 720px) {
    :host { grid-template-columns: minmax(0, 1fr); align-content: start; }
    nav { position: static; height: auto; padding: 8px; border: 0; border-bottom: 1px solid var(--line); gap: 8px; }
    nav ul { grid-template-columns: repeat(2, minmax(0, 1fr)); }
    .who { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; }
    main { padding: 16px; }
    .beside { grid-template-columns: minmax(0, 1fr); }
    .thread { border: 0; padding: 0; }
  }
`,Ci=[`conversations`,`mass-replies`,`accounts`,`settings`],wi={conversations:`nav_conversations`,"mass-replies":`nav_mass_replies`,accounts:`nav_accounts`,settings:`nav_settings`},Ti=class extends k{constructor(...e){super(...e),this.me=null,this.refused=``,this.page=`conversations`,this.place=new URLSearchParams,this.words=new Ot(navigator.language||At(this)),this.#e=null,this.#t=new P(new URL(
/* @vite-ignore */
`..`,import.meta.url).href.replace(/\/$/,``),async()=>this.#e??Promise.reject(/* @__PURE__ */ Error())),this.#n=()=>{let[e,t]=location.hash.replace(/^#\/?/,``).split(`?`);this.page=Ci.find(t=>t===e)??`conversations`,this.place=new URLSearchParams(t)},this.#l=e=>this.#d(e.detail,null),this.#u=e=>this.#d(null,e.detail),this.#p=()=>{this.#e=null,this.me=null,this.#t=new P(this.#t.base,async()=>this.#e??Promise.reject(/* @__PURE__ */ Error()))}}static{this.styles=[at,ot,st,Si]}#e;#t;connectedCallback(){super.connectedCallback(),document.documentElement.lang=this.words.lang,document.body.style.margin=`0`,window.addEventListener(`hashchange`,this.#n),this.#n()}disconnectedCallback(){super.disconnectedCallback(),window.removeEventListener(`hashchange`,this.#n)}#n;#r(e){this.words=new Ot(e),document.documentElement.lang=e}render(){return this.me?this.#s(this.me):this.#i()}#i(){let{say:e}=this.words;return x`<main class="door"><form class="card stack" @submit=${this.#a}>
      <h1>mass-reply</h1>
      <p>${e(`sign_in_hint`)}</p>
      <label class="field full">${e(`key`)}<input class="full" type="password" name="key" required autocomplete="off" spellcheck="false" /></label>
      <p class="soft">${e(`in_memory`)}</p>
      ${this.refused?x`<p class="note bad" role="alert">${this.refused}</p>`:S}
      <button class="main">${e(`sign_in`)}</button>${this.#o()}
    </form></main>`}async#a(e){e.preventDefault(),this.#e=new FormData(e.target).get(`key`);try{this.me=await this.#t.get(`/me`),this.refused=``}catch(e){this.#e=null,this.refused=e instanceof qe?this.words.say(`key_refused`):e instanceof Ke?this.words.say(`unreachable`):e.message}}#o(){return x`<div class="row">${[`en`,`de`].map(e=>x`<button type="button" class="plain" lang=${e} aria-pressed=${this.words.lang===e} @click=${()=>this.#r(e)}>${e===`en`?`English`:`Deutsch`}</button>`)}</div>`}#s(e){let{say:t}=this.words;return x`<nav aria-label="mass-reply">
        <ul>${Ci.map(e=>x`<li><a href=${U(e)} aria-current=${e===this.page?`page`:`false`}>${t(wi[e])}</a></li>`)}</ul>
        <div class="who stack"><div><strong>${e.user?.name??e.key?.name??``}</strong><br /><span class="soft">${e.roles.join(`, `)}</span></div>
          ${this.#o()}<button @click=${this.#p}>${t(`sign_out`)}</button></div>
      </nav>
      <main @write=${this.#l} @watch=${this.#u} @signed-out=${this.#p}>${this.#c(e)}</main>
      <mass-reply-dialog .getToken=${async()=>this.#e??Promise.reject(/* @__PURE__ */ Error())} lang=${this.words.lang} @confirmed=${this.#f}></mass-reply-dialog>`}#c(e){let{words:t,place:n}=this;switch(this.page){case`conversations`:return x`<mass-reply-conversations .api=${this.#t} .words=${t} .me=${e} .place=${n}></mass-reply-conversations>`;case`mass-replies`:return x`<mass-reply-history .api=${this.#t} .words=${t} .me=${e} .place=${n}></mass-reply-history>`;case`accounts`:return x`<mass-reply-accounts .api=${this.#t} .words=${t} .me=${e} .place=${n}></mass-reply-accounts>`;case`settings`:return x`<mass-reply-settings .api=${this.#t} .words=${t} .me=${e} .place=${n}></mass-reply-settings>`}}#l;#u;#d(e,t){this.dialog.selection=e,this.dialog.massReply=t,this.dialog.show()}#f(e){this.renderRoot.querySelector(`mass-reply-conversations`)?.done(e.detail.id,e.detail.count)}#p};R([M()],Ti.prototype,`me`,void 0),R([M()],Ti.prototype,`refused`,void 0),R([M()],Ti.prototype,`page`,void 0),R([M()],Ti.prototype,`place`,void 0),R([M()],Ti.prototype,`words`,void 0),R([We(`mass-reply-dialog`)],Ti.prototype,`dialog`,void 0),Ti=R([A(`mass-reply-console`)],Ti);export{Ti as Console};